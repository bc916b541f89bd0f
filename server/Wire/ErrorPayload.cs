using System.Runtime.InteropServices;
using System.Text;

namespace Rubato.Wire;

/// <summary>The payload of an error frame and of GOAWAY; the code itself is the header's status.</summary>
/// <param name="Stage">where the request was</param>
/// <param name="RetryAfterMilliseconds">when trying again makes sense; 0 = not stated</param>
/// <param name="Offset">payload byte, or index of the vector element or candidate, that is wrong; <see cref="NoOffset"/> = none</param>
/// <param name="Message">one line of UTF-8 that names the field, at most <see cref="MessageBytesMax"/> bytes</param>
public readonly record struct ErrorPayload(Stage Stage, uint RetryAfterMilliseconds, uint Offset, string Message)
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public Stage Stage;
        [FieldOffset(3)] public byte Retryable;
        [FieldOffset(4)] public uint RetryAfterMilliseconds;
        [FieldOffset(8)] public uint Offset;
        [FieldOffset(12)] public uint MessageBytes;
    }

    /// <summary>The error is not tied to a place.</summary>
    public const uint NoOffset = uint.MaxValue;

    /// <summary>Longest message in bytes; longer ones are cut.</summary>
    public const int MessageBytesMax = 192;

    /// <summary>Block and message.</summary>
    public const int PayloadBytes = FrameHeader.Bytes + MessageBytesMax;

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    /// <param name="code">decides whether the error is marked retryable</param>
    public void Write(Span<byte> payload, ErrorCode code)
    {
        payload[..PayloadBytes].Clear();
        Encoding.UTF8.GetEncoder().Convert(Message, payload.Slice(FrameHeader.Bytes, MessageBytesMax), flush: true, out _, out int messageBytes, out _);
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            Stage = Stage,
            Retryable = code.IsRetryable() ? (byte)1 : (byte)0,
            RetryAfterMilliseconds = RetryAfterMilliseconds,
            Offset = Offset,
            MessageBytes = (uint)messageBytes,
        });
    }

    /// <summary>Reads the payload.</summary>
    /// <param name="payload">the payload as received</param>
    /// <param name="error">the error</param>
    /// <param name="retryable">as the sender marked it; right also for codes that this reader does not know</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ErrorPayload error, out bool retryable)
    {
        error = default;
        retryable = false;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        if (block.MessageBytes > MessageBytesMax) return false;
        if (!PayloadLayout.TryTake(payload, ref offset, block.MessageBytes, out ReadOnlySpan<byte> message)) return false;
        error = new ErrorPayload(block.Stage, block.RetryAfterMilliseconds, block.Offset, Encoding.UTF8.GetString(message));
        retryable = block.Retryable != 0;
        return true;
    }
}
