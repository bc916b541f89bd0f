using System.Buffers.Binary;

namespace Rubato.Tests;

/// <summary>
/// A second reader of frames, written from PROTOCOL.md alone: plain offsets, a bitwise checksum, no type of Rubato.Wire. It judges what the
/// first one writes.
/// </summary>
internal sealed record PlainFrame(byte Kind, ushort Opcode, ushort Flags, ulong RequestId, uint Deadline, ushort Status, ushort Credit,
    ulong TraceHigh, ulong TraceLow, byte[] Payload)
{
    public const int HeaderBytes = 64;

    /// <summary>Bytes of the whole frame that begins with this header.</summary>
    public static int FrameBytes(ReadOnlySpan<byte> header) => HeaderBytes + Padded(BinaryPrimitives.ReadInt32LittleEndian(header[12..]));

    /// <summary>Reads exactly one frame and checks everything that the protocol promises.</summary>
    public static PlainFrame Read(ReadOnlySpan<byte> frame)
    {
        Assert.Equal("RBTO"u8, frame[..4]);
        Assert.Equal(HeaderBytes, BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]));
        Assert.Equal(1, frame[6]);
        Assert.InRange(frame[7], 1, 4);
        Assert.Equal(0ul, BinaryPrimitives.ReadUInt64LittleEndian(frame[32..]));
        Assert.Equal(FrameBytes(frame), frame.Length);
        int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(frame[12..]);
        ReadOnlySpan<byte> padded = frame[HeaderBytes..];
        Assert.Equal(payloadBytes == 0 ? 0 : Crc32C(padded), BinaryPrimitives.ReadUInt32LittleEndian(frame[56..]));
        Assert.Equal(Crc32C(frame[..60]), BinaryPrimitives.ReadUInt32LittleEndian(frame[60..]));
        Assert.False(padded[payloadBytes..].ContainsAnyExcept((byte)0), "the padding holds something");
        return new PlainFrame(frame[7], BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[10..]),
            BinaryPrimitives.ReadUInt64LittleEndian(frame[16..]), BinaryPrimitives.ReadUInt32LittleEndian(frame[24..]),
            BinaryPrimitives.ReadUInt16LittleEndian(frame[28..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[30..]),
            BinaryPrimitives.ReadUInt64LittleEndian(frame[40..]), BinaryPrimitives.ReadUInt64LittleEndian(frame[48..]), padded[..payloadBytes].ToArray());
    }

    /// <summary>CRC-32C, bit by bit.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    public static int Padded(int bytes) => (bytes + 63) / 64 * 64;
}
