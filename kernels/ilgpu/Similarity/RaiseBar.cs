using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>raise_bar</c>: a block to a query. The bar rises to the k-th best floor (score − margin · error) of the hits, found bit by bit: how
/// many floors reach a candidate? Then the hits whose upper bound is below it are dropped. The first 4,096 hits, usually all of them, are
/// read once, up to four to a thread and all at the same time; nothing is counted by atomics, which would queue up where floors are alike.
/// </summary>
/// <remarks>The lowest 12 bits are not looked for: a bar that is lower by 2⁻¹¹ of itself is a bar, keeps a few hits more and takes 20 steps instead of 32.</remarks>
internal static class RaiseBar
{
    public const int BlockThreads = 1024;
    private const int Warps = BlockThreads / 32, HeldHits = 4 * BlockThreads, LowestBit = 12;

    public static void Kernel(RaiseBarParameters p)
    {
        int query = Grid.IdxX, found = Device.Int(p.HitCounts, query), count = IntrinsicMath.Min(found, p.Capacity);
        var hits = new HitBounds(p, query, count);
        float bar = Device.Float(p.Bars, query);
        ArrayView<int> counts = SharedMemory.Allocate<int>(2 * Warps);
        ArrayView<int> kept = SharedMemory.Allocate<int>(1);
        if (count >= p.K) bar = IntrinsicMath.Max(bar, KthFloor(hits, p.K, count, counts));
        if (Group.IdxX == 0) kept[0] = 0;
        Group.Barrier();
        for (int first = 0; first < count; first += 2 * BlockThreads)
        {
            HitBounds.Hit hit0 = hits.At(first + Group.IdxX), hit1 = hits.At(first + BlockThreads + Group.IdxX);
            uint keep0 = Votes.Ballot(hit0.Upper >= bar), keep1 = Votes.Ballot(hit1.Upper >= bar);
            int after0 = IntrinsicMath.PopCount(keep0);
            Group.Barrier(); // whoever writes has read, and so have all others: nothing moves to the right
            int place = 0;
            if (Warp.LaneIdx == 0) place = Atomic.Add(ref kept[0], after0 + IntrinsicMath.PopCount(keep1));
            place = Warp.Shuffle(place, 0);
            hits.Keep(hit0, keep0, place);
            hits.Keep(hit1, keep1, place + after0);
        }
        Group.Barrier();
        if (Group.IdxX != 0) return;
        Device.Store(p.Bars, query, bar);
        Device.Store(p.HitCounts, query, kept[0]);
        if (found > p.Capacity) Device.Store(p.Status, query, Device.Int(p.Status, query) | ScanStatus.Overflowed);
    }

    /// <summary>The k-th best floor, rounded down to the bits that are looked for; what a hit without a row has is below all others.</summary>
    private static float KthFloor(HitBounds hits, int k, int count, ArrayView<int> counts)
    {
        uint floor0 = 0, floor1 = 0, floor2 = 0, floor3 = 0;
        if (count > 0) // always: what is computed behind a branch is not computed again for each bit
        {
            floor0 = hits.At(Group.IdxX).Floor;
            floor1 = hits.At(Group.IdxX + BlockThreads).Floor;
        }
        bool many = count > 2 * BlockThreads;
        if (many)
        {
            floor2 = hits.At(Group.IdxX + 2 * BlockThreads).Floor;
            floor3 = hits.At(Group.IdxX + 3 * BlockThreads).Floor;
        }
        uint kth = 0;
        int turn = 0; // sums of one bit are still being read when those of the next are written
        for (int bit = 31; bit >= LowestBit; bit--)
        {
            uint candidate = kth | 1u << bit;
            int reach = (floor0 >= candidate ? 1 : 0) + (floor1 >= candidate ? 1 : 0);
            if (many) reach += (floor2 >= candidate ? 1 : 0) + (floor3 >= candidate ? 1 : 0);
            for (int index = HeldHits + Group.IdxX; index < count; index += BlockThreads) reach += hits.At(index).Floor >= candidate ? 1 : 0;
            reach = Votes.Sum(reach);
            if (Warp.LaneIdx == 0) counts[turn + Group.IdxX / 32] = reach;
            Group.Barrier();
            if (Votes.Sum(counts[turn + Warp.LaneIdx]) >= k) kth = candidate;
            turn ^= Warps;
        }
        return RankKeys.Score((ulong)kth << 32);
    }
}
