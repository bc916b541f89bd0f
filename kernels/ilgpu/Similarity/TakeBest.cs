using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>take_best</c>: a block to a query. The keys move to shared memory and are sorted there; where they are many, only those from the k-th
/// largest upwards, which a radix selection finds. Merges the lists of several devices just as well.
/// </summary>
internal static class TakeBest
{
    public const int BlockThreads = 256;
    private const int KMax = 4096;

    /// <summary>Keys that are sorted as they are: sorting more takes longer than selecting first.</summary>
    private const int SortedMax = 1024;

    public static void Kernel(TakeBestParameters p)
    {
        int query = Grid.IdxX, count = IntrinsicMath.Min(Device.Int(p.KeyCounts, query), p.Capacity), k = IntrinsicMath.Min(p.K, count);
        long keys = p.Keys + 8L * query * p.Capacity;
        ArrayView<int> shared = SharedMemory.Allocate<int>(BlockScan.SharedInts);
        ArrayView<ulong> best = SharedMemory.Allocate<ulong>(KMax);
        ulong kth = 0;
        int wanted = k;
        bool few = count <= SortedMax;
        for (int shift = 56; shift >= 0 && k > 0 && !few; shift -= 8)
        {
            BlockScan.ClearCounts(shared);
            for (int i = Group.IdxX; i < count; i += BlockThreads)
            {
                ulong key = Device.ULong(keys, i);
                if ((key >> shift >> 8) == (kth >> shift >> 8)) BlockScan.Count(shared, (int)(key >> shift & 255));
            }
            BlockScan.FindDigit(shared, wanted);
            kth |= (ulong)BlockScan.Digit(shared) << shift;
            wanted -= BlockScan.Above(shared);
        }
        int places = 1;
        while (places < p.K || (few && places < count)) places *= 2;
        for (int i = Group.IdxX; i < places; i += BlockThreads) best[i] = RankKeys.Empty;
        Group.Barrier();
        int kept = 0;
        for (int first = 0; first < count; first += BlockThreads)
        {
            int i = first + Group.IdxX;
            ulong key = i < count ? Device.ULong(keys, i) : 0;
            bool keep = i < count && key >= kth;
            int rank = BlockScan.Rank(shared, keep);
            if (keep && kept + rank < places) best[kept + rank] = key;
            kept += BlockScan.Total(shared);
            Group.Barrier();
        }
        SortDescending(best, places);
        for (int i = Group.IdxX; i < p.K; i += BlockThreads)
        {
            Device.Store(p.Rows, (long)query * p.K + i, RankKeys.Row(best[i]));
            Device.Store(p.Scores, (long)query * p.K + i, RankKeys.Score(best[i]));
        }
        if (Group.IdxX != 0 || p.Bars == 0) return;
        if (RankKeys.Score(best[p.K - 1]) < Device.Float(p.Bars, query))
            Device.Store(p.Status, query, Device.Int(p.Status, query) | ScanStatus.Unproven);
    }

    /// <summary>Bitonic sort of a power of two of keys.</summary>
    private static void SortDescending(ArrayView<ulong> keys, int count)
    {
        for (int size = 2; size <= count; size *= 2)
            for (int distance = size / 2; distance > 0; distance /= 2)
            {
                Group.Barrier();
                for (int i = Group.IdxX; i < count / 2; i += BlockThreads)
                {
                    int low = 2 * i - (i & (distance - 1)), high = low + distance;
                    ulong a = keys[low], b = keys[high];
                    bool descending = (low & size) == 0;
                    if (a < b == descending)
                    {
                        keys[low] = b;
                        keys[high] = a;
                    }
                }
            }
        Group.Barrier();
    }
}
