namespace Rubato;

/// <summary>One file of a <see cref="MemoryLedgerFiles"/>; its content outlives its closing.</summary>
internal sealed class MemoryLedgerFile : ILedgerFile
{
    private readonly Lock _gate = new();
    private byte[] _bytes = [];
    private int _length;

    public long Length
    {
        get
        {
            lock (_gate) return _length;
        }
    }

    public int Read(Span<byte> bytes, long offset)
    {
        lock (_gate)
        {
            int count = (int)Math.Clamp(_length - offset, 0, bytes.Length);
            _bytes.AsSpan((int)Math.Min(offset, _length), count).CopyTo(bytes);
            return count;
        }
    }

    public int Write(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_gate)
        {
            int end = checked((int)offset + bytes.Length);
            if (end > _length) Resize(end);
            bytes.CopyTo(_bytes.AsSpan((int)offset));
            return bytes.Length;
        }
    }

    public void SetLength(long bytes)
    {
        lock (_gate) Resize(checked((int)bytes));
    }

    public void Sync()
    {
    }

    public void Dispose()
    {
    }

    private void Resize(int length)
    {
        if (length > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(length, 2L * _bytes.Length)));
        if (length < _length) Array.Clear(_bytes, length, _length - length); // what is cut off reads as 0 when the file grows again
        _length = length;
    }
}
