namespace Rubato.Kernels.Similarity;

/// <summary>One exact top-k search: a block of queries against a range of rows.</summary>
public readonly ref struct ScanRequest
{
    /// <summary>The rows to search.</summary>
    public required ItemMatrix Items { get; init; }

    /// <summary>[queries, dimension], row-major, finite.</summary>
    public required ReadOnlySpan<float> Queries { get; init; }

    /// <summary>Rows wanted per query, 1 to 4096; fewer allowed rows than k leave the end of a result empty.</summary>
    public required int K { get; init; }

    /// <summary>First row of the range, a multiple of 64 (a filter word never straddles two workers).</summary>
    public int FirstRow { get; init; }

    /// <summary>Rows in the range.</summary>
    public required int RowCount { get; init; }

    /// <summary>
    /// One bit per row of the whole matrix, set = allowed: [filters, ⌈rows/64⌉] with filters = 1 (shared) or = queries; empty allows every row.
    /// </summary>
    public ReadOnlySpan<ulong> Allowed { get; init; }

    /// <summary>Number of queries in the block.</summary>
    public int QueryCount => Queries.Length / Items.Dimension;
}
