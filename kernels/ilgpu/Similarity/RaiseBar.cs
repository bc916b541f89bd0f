using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>raise_bar</c>: a block to a query. The bar rises to the k-th best floor (score − margin · error) of the hits, found by a radix
/// selection; then the hits whose upper bound is below it are dropped, the others keep their order.
/// </summary>
internal static class RaiseBar
{
    public const int BlockThreads = 256;

    public static void Kernel(RaiseBarParameters p)
    {
        int query = Grid.IdxX, found = Device.Int(p.HitCounts, query), count = IntrinsicMath.Min(found, p.Capacity);
        long hits = p.Hits + 8L * query * p.Capacity;
        QueryLane lane = Bound.Lane(p.Lanes, query);
        float bar = Device.Float(p.Bars, query);
        ArrayView<int> shared = SharedMemory.Allocate<int>(BlockScan.SharedInts);
        if (count >= p.K)
        {
            uint kth = 0;
            int wanted = p.K;
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                BlockScan.ClearCounts(shared);
                for (int i = Group.IdxX; i < count; i += BlockThreads)
                {
                    uint floor = Floor(Device.ULong(hits, i), p.Blocks, lane);
                    // Shifted in two steps, because a shift by 32 is a shift by nothing.
                    if ((floor >> shift >> 8) == (kth >> shift >> 8)) BlockScan.Count(shared, (int)(floor >> shift & 255));
                }
                BlockScan.FindDigit(shared, wanted);
                kth |= (uint)BlockScan.Digit(shared) << shift;
                wanted -= BlockScan.Above(shared);
            }
            bar = IntrinsicMath.Max(bar, RankKeys.Score((ulong)kth << 32));
        }
        int kept = 0;
        for (int first = 0; first < count; first += BlockThreads)
        {
            int i = first + Group.IdxX;
            ulong key = i < count ? Device.ULong(hits, i) : RankKeys.Empty;
            bool keep = key != RankKeys.Empty && RankKeys.Score(key) + Bound.Error(p.Blocks, RankKeys.Row(key), lane) >= bar;
            // Whoever writes has read: the ranks come out of a barrier, and nothing moves to the right.
            int rank = BlockScan.Rank(shared, keep);
            if (keep) Device.Store(hits, kept + rank, key);
            kept += BlockScan.Total(shared);
            Group.Barrier();
        }
        if (Group.IdxX != 0) return;
        Device.Store(p.Bars, query, bar);
        Device.Store(p.HitCounts, query, kept);
        if (found > p.Capacity) Device.Store(p.Status, query, Device.Int(p.Status, query) | ScanStatus.Overflowed);
    }

    private static uint Floor(ulong key, long blocks, QueryLane lane)
    {
        if (key == RankKeys.Empty) return 0;
        return RankKeys.Ordered(RankKeys.Score(key) - lane.Margin * Bound.Error(blocks, RankKeys.Row(key), lane));
    }
}
