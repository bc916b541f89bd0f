using System.Runtime.InteropServices;
using System.Text;

namespace Rubato.Wire;

/// <summary>The payload of a HELLO request: what the caller speaks, and its name for the server's log.</summary>
/// <param name="VersionMin">lowest protocol version spoken</param>
/// <param name="VersionMax">highest protocol version spoken</param>
/// <param name="Features">feature bits wanted; none is defined in version 1</param>
/// <param name="PayloadBytesMax">largest answer the caller takes</param>
/// <param name="Name">at most 64 bytes of UTF-8</param>
public readonly record struct HelloRequest(byte VersionMin, byte VersionMax, uint Features, uint PayloadBytesMax, string Name)
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public byte VersionMin;
        [FieldOffset(3)] public byte VersionMax;
        [FieldOffset(4)] public uint Features;
        [FieldOffset(8)] public uint PayloadBytesMax;
        [FieldOffset(12)] public uint NameBytes;
    }

    /// <summary>Longest name in bytes.</summary>
    public const int NameBytesMax = 64;

    /// <summary>Largest answer of any server; a caller that takes more gets no more.</summary>
    public const uint AnswerBytesMax = 1 << 30;

    /// <summary>Block and name.</summary>
    public const int PayloadBytes = FrameHeader.Bytes + NameBytesMax;

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    /// <exception cref="ArgumentException">The name is longer than <see cref="NameBytesMax"/>.</exception>
    public void Write(Span<byte> payload)
    {
        payload[..PayloadBytes].Clear();
        int nameBytes = Encoding.UTF8.GetBytes(Name, payload.Slice(FrameHeader.Bytes, NameBytesMax));
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            VersionMin = VersionMin,
            VersionMax = VersionMax,
            Features = Features,
            PayloadBytesMax = PayloadBytesMax,
            NameBytes = (uint)nameBytes,
        });
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out HelloRequest request)
    {
        request = default;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        if (block.NameBytes > NameBytesMax || block.VersionMin > block.VersionMax) return false;
        if (!PayloadLayout.TryTake(payload, ref offset, block.NameBytes, out ReadOnlySpan<byte> name)) return false;
        request = new HelloRequest(block.VersionMin, block.VersionMax, block.Features, block.PayloadBytesMax, Encoding.UTF8.GetString(name));
        return true;
    }
}
