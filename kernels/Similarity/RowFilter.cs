using System.Numerics;

namespace Rubato.Kernels.Similarity;

/// <summary>Reads the bitmaps of allowed rows.</summary>
internal static class RowFilter
{
    /// <summary>Below one allowed row in this many, rows are fetched one by one instead of scanning their neighbours too.</summary>
    private const int SparseShare = 8;

    /// <summary>The allowed ones of rows first … first + 63, bit 0 = first; rows from end on are not allowed.</summary>
    /// <param name="filter">[⌈rows/64⌉]; empty allows every row</param>
    /// <param name="first">a multiple of 64 below end</param>
    /// <param name="end">end of the row range</param>
    public static ulong Word(ReadOnlySpan<ulong> filter, int first, int end)
    {
        ulong word = filter.IsEmpty ? ulong.MaxValue : filter[first / 64];
        return end - first >= 64 ? word : word & ((1ul << (end - first)) - 1);
    }

    /// <summary>Whether so few rows of a range are allowed that they are better fetched one by one.</summary>
    public static bool IsSparse(ReadOnlySpan<ulong> filter, int first, int rowCount)
    {
        if (filter.IsEmpty || rowCount == 0)
            return false;
        long allowed = 0;
        foreach (ulong word in filter[(first / 64)..((first + rowCount + 63) / 64)])
            allowed += BitOperations.PopCount(word);
        return allowed * SparseShare <= rowCount;
    }
}
