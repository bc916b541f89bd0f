using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the scan kernels: a range of rows against a block of queries; rows that reach a query's bar are appended to its hits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScanParameters
{
    /// <summary>Address of row 0: codes u1, values f4 or halves f2; rows padded to whole blocks of 16, 16-byte aligned.</summary>
    public long Rows;

    /// <summary>[padded rows ÷ 16] 3 × f4: scale, error, norm. Not read by the fp32 kernel.</summary>
    public long Blocks;

    /// <summary>[queries, row length] codes i1 for int8 rows, values f4 otherwise; zeros where the rows are padded.</summary>
    public long Queries;

    /// <summary>[queries] <see cref="QueryLane"/>.</summary>
    public long Lanes;

    /// <summary>[queries] f4: rows whose upper bound is below the bar have lost.</summary>
    public long Bars;

    /// <summary>[filters, words] bits, one per row; 0 allows every row.</summary>
    public long Allowed;

    /// <summary>[queries, capacity] u8: order-preserving bits of the score above the complement of the row.</summary>
    public long Hits;

    /// <summary>[queries] i4 hits appended, also those past the capacity.</summary>
    public long HitCounts;

    /// <summary>Bytes from row to row, a multiple of 64.</summary>
    public long RowBytes;

    /// <summary>Filter words from query to query; 0 when all share one filter.</summary>
    public long AllowedStride;

    /// <summary>First row of the range, a multiple of 64.</summary>
    public int FirstRow;

    /// <summary>Row after the last of the range.</summary>
    public int EndRow;

    /// <summary>Queries of the block.</summary>
    public int QueryCount;

    /// <summary>Room for hits per query.</summary>
    public int Capacity;

    /// <summary>
    /// 1: hit i is row FirstRow + i whatever its score, or empty where the filter forbids the row; 0: hits are appended.
    /// </summary>
    public int Dense;
}
