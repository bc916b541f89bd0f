using System.Buffers.Binary;
using Rubato.Kernels.Checksums;

namespace Rubato.Tests.Support;

/// <summary>Edits snapshots and makes their checksums right again, so that only the check of what was edited can refuse them.</summary>
internal static class SnapshotBytes
{
    /// <summary>Makes the header's checksum right.</summary>
    public static byte[] Sealed(byte[] file)
    {
        int headerBytes = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)), file.Length);
        uint crc = Crc32C.Append(Crc32C.Compute(file.AsSpan(0, 60)), file.AsSpan(64, headerBytes - 64));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), crc);
        return file;
    }

    /// <summary>Changes the content of the section that stands at a place of the table.</summary>
    public static byte[] WithSection(byte[] file, int place, Action<Span<byte>> change)
    {
        Span<byte> entryBytes = file.AsSpan(64 + (place * SectionEntry.EntryBytes), SectionEntry.EntryBytes);
        SectionEntry entry = SectionEntry.Read(entryBytes);
        Span<byte> section = file.AsSpan((int)entry.Offset, (int)entry.Bytes);
        change(section);
        (entry with { Crc = Crc32C.Compute(section) }).Write(entryBytes);
        return Sealed(file);
    }
}
