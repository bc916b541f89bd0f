using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rubato.Kernels.Checksums;

namespace Rubato;

/// <summary>One record in a file: payload bytes u32, CRC-32C u32 of those four bytes and the payload, payload.</summary>
internal static class RecordFrame
{
    public const int HeaderBytes = 8;

    /// <summary>A payload at most; the largest is a lease with all its places.</summary>
    public const int PayloadBytesMax = 8192;

    public static void Write(Span<byte> frame, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        payload.CopyTo(frame[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[..4], payload));
    }

    /// <summary>Bytes of the payload that is announced, or −1 where no record can begin like this.</summary>
    public static int PayloadBytes(ReadOnlySpan<byte> header)
    {
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(header);
        return bytes is >= 1 and <= PayloadBytesMax ? (int)bytes : -1;
    }

    /// <summary>Whether the checksum of a whole frame is right.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Checksum(frame[..4], frame[HeaderBytes..]);

    /// <summary>The bytes of a payload of fixed size.</summary>
    public static ReadOnlySpan<byte> Payload<T>(in T record) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in record));

    private static uint Checksum(ReadOnlySpan<byte> length, ReadOnlySpan<byte> payload) => Crc32C.Append(Crc32C.Compute(length), payload);
}
