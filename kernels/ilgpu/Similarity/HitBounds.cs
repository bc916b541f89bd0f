using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A query's hits with their bounds; at least one.</summary>
internal readonly struct HitBounds
{
    private readonly long _hits, _blocks;

    private readonly int _count, _firstRow, _blockBytes;

    private readonly QueryLane _lane;

    public HitBounds(RaiseBarParameters p, int query, int count)
    {
        (_hits, _count, _firstRow) = (p.Hits + 8L * query * p.Capacity, count, p.FirstRow);
        _lane = Bound.Lane(p.Lanes, query);
        bool blocks = p.Blocks != 0; // without them their factors are 0, and what is multiplied can be any number
        (_blocks, _blockBytes) = (blocks ? p.Blocks : p.Lanes, blocks ? Bound.BlockBytes : 0);
    }

    /// <summary>A hit; past the last, and where a filter has left none, one that reaches no bar.</summary>
    public Hit At(int index)
    {
        // Without branches, so that a thread's loads are under way together: an index past the end reads the last hit, a key without a row the bounds of the first row.
        ulong key = Device.ULong(_hits, IntrinsicMath.Min(index, _count - 1));
        bool real = index < _count && key != RankKeys.Empty;
        long block = _blocks + _blockBytes * (long)(IntrinsicMath.Max(RankKeys.Row(key), _firstRow) / 16);
        float error = Bound.Error(block, _lane), score = RankKeys.Score(key);
        return new Hit(key, RankKeys.Ordered(score - _lane.Margin * error) & (real ? uint.MaxValue : 0), real ? score + error : float.NaN);
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
