namespace Rubato.Tests.Ledgers;

/// <summary>One file of <see cref="FaultyFiles"/>: what a process sees, what is durable, and the writes between the two.</summary>
internal sealed class FaultyFile(FaultyFiles files, byte[] content) : ILedgerFile
{
    private readonly List<(long Offset, byte[]? Bytes)> _pending = []; // no bytes: cut to the offset
    private byte[] _seen = content, _durable = content;

    public byte[] Content => _seen;

    public long Length => _seen.Length;

    public int Read(Span<byte> bytes, long offset)
    {
        files.ThrowIf(files.IsCut);
        ReadOnlySpan<byte> rest = offset < _seen.Length ? _seen.AsSpan((int)offset) : [];
        int read = Math.Min(rest.Length, bytes.Length);
        rest[..read].CopyTo(bytes);
        return read;
    }

    public int Write(ReadOnlySpan<byte> bytes, long offset)
    {
        bool isLast = files.Count();
        if (files.WritesShort) bytes = bytes[..files.Random.Next(1, bytes.Length + 1)];
        bool isFull = bytes.Length > files.BytesUntilFull;
        if (isFull) bytes = bytes[..(int)files.BytesUntilFull];
        files.BytesUntilFull -= bytes.Length;
        Apply(ref _seen, offset, bytes);
        _pending.Add((offset, bytes.ToArray()));
        files.ThrowIf(isLast);
        return isFull && bytes.IsEmpty ? throw new IOException("No space left on device") : bytes.Length;
    }

    public void SetLength(long bytes)
    {
        bool isLast = files.Count();
        Array.Resize(ref _seen, (int)bytes);
        _pending.Add((bytes, null));
        files.ThrowIf(isLast);
    }

    public void Sync()
    {
        files.ThrowIf(files.Count());
        if (files.CountSync())
        {
            _pending.Clear(); // the pages are clean now, and were never written: a second synchronisation would succeed
            throw new IOException("Input/output error");
        }
        if (files.IgnoresSync) return;
        foreach ((long offset, byte[]? bytes) in _pending) Apply(offset, bytes);
        _pending.Clear();
    }

    public void Dispose()
    {
    }

    /// <summary>Of what was not synchronised, each write is kept, lost or torn.</summary>
    public void LosePower()
    {
        Random random = files.Random;
        foreach ((long offset, byte[]? written) in _pending)
        {
            byte[]? bytes = written;
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    Apply(offset, bytes);
                    break;
                case 2 when bytes is { Length: > 0 }: // the beginning, and rubbish as long as the rest
                    int whole = random.Next(bytes.Length);
                    if (random.Next(2) == 0) random.NextBytes(bytes.AsSpan(whole));
                    else Array.Resize(ref bytes, whole);
                    Apply(offset, bytes);
                    break;
                default:
                    Tear(offset, bytes, pieceBytes: 1 << random.Next(3, 10));
                    break;
            }
        }
        _pending.Clear();
        _seen = (byte[])_durable.Clone();
    }

    private void Tear(long offset, byte[]? bytes, int pieceBytes)
    {
        for (int start = 0; start < bytes?.Length; start += pieceBytes)
        {
            if (files.Random.Next(2) == 0) Apply(ref _durable, offset + start, bytes.AsSpan(start, Math.Min(pieceBytes, bytes.Length - start)));
        }
    }

    private void Apply(long offset, byte[]? bytes)
    {
        if (bytes is not null) Apply(ref _durable, offset, bytes);
        else Array.Resize(ref _durable, (int)offset);
    }

    private static void Apply(ref byte[] content, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] changed = new byte[Math.Max(content.Length, offset + bytes.Length)];
        content.CopyTo(changed, 0);
        bytes.CopyTo(changed.AsSpan((int)offset));
        content = changed;
    }
}
