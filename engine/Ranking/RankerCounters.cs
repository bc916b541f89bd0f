namespace Rubato;

/// <summary>What the ranker model of an engine has done, over all lanes.</summary>
public sealed class RankerCounters
{
    private readonly long[] _fallbacks = new long[(int)RankerFallback.Failed + 1];
    private long _ranked;

    internal RankerCounters()
    {
    }

    /// <summary>Requests whose relevance a model gave.</summary>
    public long Ranked => Volatile.Read(ref _ranked);

    /// <summary>Requests that fell back to the calibrated similarity.</summary>
    public long Fallbacks(RankerFallback reason) => Volatile.Read(ref _fallbacks[(int)reason]);

    internal void CountRanked() => Interlocked.Increment(ref _ranked);

    internal void CountFallback(RankerFallback reason) => Interlocked.Increment(ref _fallbacks[(int)reason]);
}
