namespace Rubato.Wire;

/// <summary>A pinned buffer, aligned to 64 bytes, for the frames that straddle two pieces of a receive buffer.</summary>
public sealed class FrameScratch
{
    private byte[] _bytes = [];
    private int _start;

    /// <summary>The first <paramref name="bytes"/> bytes; what was there before is lost.</summary>
    public unsafe Span<byte> Take(int bytes)
    {
        if (_bytes.Length - _start < bytes)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(bytes + FrameHeader.Bytes, pinned: true);
            fixed (byte* first = _bytes) _start = (int)(-(nint)first & (FrameHeader.Bytes - 1)); // pinned: the address stays
        }
        return _bytes.AsSpan(_start, bytes);
    }

    /// <summary>Gives up a buffer that a frame of more than <paramref name="bytes"/> bytes has needed.</summary>
    public void Trim(int bytes)
    {
        if (_bytes.Length > bytes + 2 * FrameHeader.Bytes) (_bytes, _start) = ([], 0); // padding and alignment aside
    }
}
