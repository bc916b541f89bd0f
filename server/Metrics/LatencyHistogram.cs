using System.Numerics;

namespace Rubato.Server;

/// <summary>Counts durations in buckets of at most 1/32 relative width, from 1 ns to 18 min; safe for concurrent use, never allocates.</summary>
/// <remarks>The bucket of a value is its position of the highest bit and the five bits behind it, as in HdrHistogram.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5, SubCount = 1 << SubBits, Octaves = 36;

    private readonly long[] _counts = new long[Octaves * SubCount];
    private long _sum;
    private long _max;

    /// <summary>Durations recorded.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (long bucket in _counts) count += bucket;
            return count;
        }
    }

    /// <summary>Sum of the durations in ns.</summary>
    public long SumNanoseconds => Volatile.Read(ref _sum);

    /// <summary>Longest duration in ns.</summary>
    public long MaxNanoseconds => Volatile.Read(ref _max);

    /// <summary>Records one duration, or the same one several times; negative ones count as 0.</summary>
    public void Record(long nanoseconds, int times = 1)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        Interlocked.Add(ref _counts[Bucket(nanoseconds)], times);
        Interlocked.Add(ref _sum, nanoseconds * times);
        long max = Volatile.Read(ref _max);
        while (nanoseconds > max)
        {
            long seen = Interlocked.CompareExchange(ref _max, nanoseconds, max);
            if (seen == max) break;
            max = seen;
        }
    }

    /// <summary>The duration in ns that the given share of the recorded ones does not exceed (upper edge of its bucket); 0 without any.</summary>
    /// <param name="share">0 to 1</param>
    public long Percentile(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count)), seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted) return Math.Min(UpperEdge(bucket), MaxNanoseconds);
        }
        return 0;
    }

    /// <summary>How many recorded durations are at most <paramref name="nanoseconds"/>, to the bucket.</summary>
    public long CountUpTo(long nanoseconds)
    {
        long count = 0;
        int last = Bucket(nanoseconds);
        for (int bucket = 0; bucket <= last; bucket++) count += Volatile.Read(ref _counts[bucket]);
        return count;
    }

    private static int Bucket(long value)
    {
        if (value < SubCount) return (int)value;
        int shift = BitOperations.Log2((ulong)value) - SubBits;
        return Math.Min((shift + 1) * SubCount + (int)(value >> shift) - SubCount, Octaves * SubCount - 1);
    }

    private static long UpperEdge(int bucket)
    {
        if (bucket < SubCount) return bucket;
        int shift = bucket / SubCount - 1;
        return ((long)(bucket % SubCount + SubCount + 1) << shift) - 1;
    }
}
