using System.Numerics;

namespace Rubato.Kernels.Similarity;

/// <summary>Reads the bitmaps of allowed rows.</summary>
internal static class RowFilter
{
    /// <summary>The allowed ones of rows first … first + 63, bit 0 = first; rows from end on are not allowed.</summary>
    /// <param name="filter">[⌈rows/64⌉]; empty allows every row</param>
    /// <param name="first">a multiple of 64 below end</param>
    /// <param name="end">end of the row range</param>
    public static ulong Word(ReadOnlySpan<ulong> filter, int first, int end)
    {
        ulong word = filter.IsEmpty ? ulong.MaxValue : filter[first / 64];
        return end - first >= 64 ? word : word & ((1ul << (end - first)) - 1);
    }

    /// <summary>Whether a filter that all queries share allows any row of a range; with a filter per query the answer is yes.</summary>
    public static bool Any(ReadOnlySpan<ulong> allowed, int rows, int first, int rowCount) =>
        allowed.Length != ScanRequest.FilterWords(rows) || allowed[(first / 64)..((first + rowCount + 63) / 64)].ContainsAnyExcept(0ul);

    /// <summary>Whether row is allowed.</summary>
    public static bool Allows(ReadOnlySpan<ulong> filter, int row) => filter.IsEmpty || (filter[row / 64] >> (row % 64) & 1) != 0;

    /// <summary>Whether so few rows of a range are allowed that they are better fetched one by one than with all their neighbours.</summary>
    /// <remarks>
    /// A fetched row costs as much as f scanned ones, and as two that reach the bar of a scan, which see the filter only then: of n rows about
    /// n · k ÷ allowed do. So fetching pays while allowed ≤ n ÷ f + n · k ÷ (2 · allowed).
    /// </remarks>
    /// <param name="filter">[⌈rows/64⌉]; empty allows every row</param>
    /// <param name="first">a multiple of 64</param>
    /// <param name="rowCount">n, rows of the range</param>
    /// <param name="k">results wanted</param>
    /// <param name="fetchRows">f, rows that are scanned in the time of one that is fetched</param>
    public static bool IsSparse(ReadOnlySpan<ulong> filter, int first, int rowCount, int k, int fetchRows)
    {
        if (filter.IsEmpty || rowCount == 0)
            return false;
        double half = rowCount / (2.0 * fetchRows), most = half + Math.Sqrt(half * half + 0.5 * rowCount * k);
        long allowed = 0;
        foreach (ulong word in filter[(first / 64)..((first + rowCount + 63) / 64)])
        {
            allowed += BitOperations.PopCount(word);
            if (allowed > most)
                return false;
        }
        return true;
    }
}
