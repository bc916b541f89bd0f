using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>Where the scan kernels put the rows that reach a query's bar.</summary>
internal static class HitList
{
    /// <summary>One row of the range, if the filter allows it.</summary>
    public static void Add(ScanParameters p, int query, int row, float score)
    {
        bool allowed = Allows(p, query, row);
        long hits = (long)query * p.Capacity;
        if (p.Dense != 0)
        {
            Device.Store(p.Hits, hits + row - p.FirstRow, allowed ? RankKeys.Of(score, row) : RankKeys.Empty);
            if (row == p.FirstRow) Device.Store(p.HitCounts, query, p.EndRow - p.FirstRow);
        }
        else if (allowed)
        {
            int slot = Device.Add(p.HitCounts, query, 1);
            if (slot < p.Capacity) Device.Store(p.Hits, hits + slot, RankKeys.Of(score, row));
        }
    }

    private static bool Allows(ScanParameters p, int query, int row)
    {
        if (p.Allowed == 0) return true;
        return (Device.ULong(p.Allowed, query * p.AllowedStride + row / 64) >> (row & 63) & 1) != 0;
    }
}
