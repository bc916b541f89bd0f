using System.Buffers.Binary;
using Rubato.Kernels.Checksums;

namespace Rubato;

/// <summary>The 64 bytes at the beginning of every file of a ledger (docs/LEDGER.md).</summary>
internal readonly record struct LedgerHeader(LedgerFileKind Kind, ulong LedgerId, long Number, long CreatedMicros, ulong Key0, ulong Key1)
{
    public const int Bytes = 64;

    /// <summary>How the problem begins where a newer version wrote the file.</summary>
    public const string NewerVersion = "written by a newer version";

    private const ushort Major = 1;

    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'R', (byte)'B', (byte)'L', 0x0D, 0x0A, 0x1A, 0x0A];

    public void Write(Span<byte> bytes)
    {
        bytes = bytes[..Bytes];
        bytes.Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Major);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], LedgerId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], CreatedMicros);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], Key0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], Key1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[60..], Crc32C.Compute(bytes[..60]));
    }

    /// <summary>Reads a header; what is wrong with it, or null.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out LedgerHeader header)
    {
        header = default;
        if (bytes.Length < Bytes) return $"a header of {Bytes} bytes expected, {bytes.Length} found";
        if (!bytes[..8].SequenceEqual(Magic)) return "not a file of a ledger";
        // Before the version: a header torn in its first write may say anything.
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Crc32C.Compute(bytes[..60])) return "the header's checksum is wrong";
        ushort major = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (major != Major) return $"{NewerVersion} ({major}; this one reads {Major})";
        header = new LedgerHeader((LedgerFileKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]));
        return null;
    }
}
