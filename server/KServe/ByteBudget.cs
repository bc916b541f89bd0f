namespace Rubato.Server;

/// <summary>Bytes that many requests may take together. Safe for concurrent use.</summary>
/// <param name="bytesMax">all of them</param>
internal sealed class ByteBudget(long bytesMax)
{
    private long _left = bytesMax;

    /// <summary>All of them.</summary>
    public long BytesMax { get; } = bytesMax;

    /// <summary>Takes some, or nothing where there are not as many left.</summary>
    /// <param name="bytes">0 or more</param>
    public bool TryTake(long bytes)
    {
        for (long left = Volatile.Read(ref _left); left >= bytes; left = Volatile.Read(ref _left))
            if (Interlocked.CompareExchange(ref _left, left - bytes, left) == left) return true;
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _left, bytes);
}
