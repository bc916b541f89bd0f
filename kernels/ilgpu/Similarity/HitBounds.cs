using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A query's hits with their bounds; at least one.</summary>
internal readonly struct HitBounds
{
    private readonly long _hits, _blocks;

    private readonly int _count, _firstRow;

    private readonly QueryLane _lane;

    public HitBounds(RaiseBarParameters p, int query, int count)
    {
        (_hits, _blocks, _count, _firstRow) = (p.Hits + 8L * query * p.Capacity, p.Blocks, count, p.FirstRow);
        _lane = Bound.Lane(p.Lanes, query);
    }

    /// <summary>A hit; past the last, and where a filter has left none, one that reaches no bar.</summary>
    public Hit At(int index)
    {
        // Without branches, so that a thread's loads are under way together: an index past the end reads the last hit, a key without a row the bounds of the first row.
        ulong key = Device.ULong(_hits, IntrinsicMath.Min(index, _count - 1));
        bool real = index < _count && key != RankKeys.Empty;
        float error = Bound.Error(_blocks, IntrinsicMath.Max(RankKeys.Row(key), _firstRow), _lane), score = RankKeys.Score(key);
        return new Hit(key, real ? RankKeys.Ordered(score - _lane.Margin * error) : 0, real ? score + error : float.NaN);
    }

    /// <summary>Writes a hit that is kept, behind those of the lanes below.</summary>
    public void Keep(Hit hit, uint kept, int place)
    {
        uint below = kept & ((1u << Warp.LaneIdx) - 1);
        if ((kept >> Warp.LaneIdx & 1) != 0) Device.Store(_hits, place + IntrinsicMath.PopCount(below), hit.Key);
    }

    /// <summary>One hit.</summary>
    internal readonly struct Hit(ulong key, uint floor, float upper)
    {
        public readonly ulong Key = key;

        /// <summary>Score less the margin's share of the error, as bits that order like it.</summary>
        public readonly uint Floor = floor;

        /// <summary>No row scores more than this; not a number where there is no row.</summary>
        public readonly float Upper = upper;
    }
}
