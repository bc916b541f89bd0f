using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload that answers EXPOSE: block, results u8 [count] in the order of the events.</summary>
public readonly ref struct ExposeReply
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(4)] public uint Count;
    }

    /// <summary>[count]</summary>
    public ReadOnlySpan<ExposureResult> Results { get; private init; }

    /// <summary>Bytes of a payload.</summary>
    public static int PayloadBytes(int count) => FrameHeader.Bytes + PayloadLayout.Bytes<ExposureResult>(count);

    /// <summary>Writes the block and hands out the place of the results, for the caller to fill.</summary>
    /// <param name="payload">[PayloadBytes]</param> <param name="count">events</param>
    public static Span<ExposureResult> Begin(Span<byte> payload, int count)
    {
        MemoryMarshal.Write(payload, new Block { BlockBytes = FrameHeader.Bytes, Count = (uint)count });
        int offset = FrameHeader.Bytes;
        return PayloadLayout.Place<ExposureResult>(payload, ref offset, count);
    }

    /// <summary>Reads a payload without copying its results.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ExposeReply reply)
    {
        reply = default;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)
            || !PayloadLayout.TryTake(payload, ref offset, block.Count, out ReadOnlySpan<ExposureResult> results)) return false;
        reply = new ExposeReply { Results = results };
        return true;
    }
}
