using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>Where the scan kernels put what they found: a row that has lost is compared in registers and never written.</summary>
internal static class HitList
{
    public static bool Allows(ScanParameters p, int query, int row)
    {
        if (p.Allowed == 0) return true;
        return (Device.ULong(p.Allowed, query * p.AllowedStride + row / 64) >> (row % 64) & 1) != 0;
    }

    /// <summary>One row of the range against one query; a row past the range is ignored.</summary>
    public static void Offer(ScanParameters p, int query, int row, float score, float error)
    {
        if (row >= p.EndRow) return;
        if (p.Dense != 0)
        {
            ulong key = Allows(p, query, row) ? RankKeys.Of(score, row) : RankKeys.Empty;
            Device.Store(p.Hits, (long)query * p.Capacity + row - p.FirstRow, key);
            if (row == p.FirstRow) Device.Store(p.HitCounts, query, p.EndRow - p.FirstRow);
            return;
        }
        if (score + error < Device.Float(p.Bars, query) || !Allows(p, query, row)) return;
        int slot = Device.Add(p.HitCounts, query, 1);
        if (slot < p.Capacity) Device.Store(p.Hits, (long)query * p.Capacity + slot, RankKeys.Of(score, row));
    }
}
