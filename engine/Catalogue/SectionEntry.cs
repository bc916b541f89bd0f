using System.Buffers.Binary;

namespace Rubato;

/// <summary>One line of a snapshot's section table.</summary>
/// <param name="Kind">what the section holds; an unknown kind is skipped unless its flags forbid it</param>
/// <param name="Flags">bit 0 of the high half: a reader that does not know the kind must refuse the file</param>
/// <param name="Offset">first byte, a multiple of 64</param>
/// <param name="Bytes">length without padding</param>
/// <param name="Crc">CRC32C of those bytes</param>
internal readonly record struct SectionEntry(SectionKind Kind, uint Flags, long Offset, long Bytes, uint Crc)
{
    /// <summary>Bytes of one entry in the file.</summary>
    public const int EntryBytes = 32;

    /// <summary>Flags in this half must be understood; those in the low half may be ignored.</summary>
    public const uint FlagsMustUnderstand = 0xFFFF_0000;

    /// <summary>The first byte after the section and its padding.</summary>
    public long PaddedEnd => SnapshotHeader.Align(Offset + Bytes);

    public static SectionEntry Read(ReadOnlySpan<byte> entry) => new(
        (SectionKind)BinaryPrimitives.ReadUInt32LittleEndian(entry),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]));

    public void Write(Span<byte> entry)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Flags);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], Crc);
    }
}
