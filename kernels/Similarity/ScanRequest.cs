namespace Rubato.Kernels.Similarity;

/// <summary>One exact top-k search: a block of queries against a range of rows.</summary>
public readonly ref struct ScanRequest
{
    /// <summary>Largest number of rows kept per query.</summary>
    public const int KMax = 4096;

    /// <summary>The rows to search.</summary>
    public required ItemMatrix Items { get; init; }

    /// <summary>[queries, dimension], row-major, finite.</summary>
    public required ReadOnlySpan<float> Queries { get; init; }

    /// <summary>Rows wanted per query, 1 to <see cref="KMax"/>; fewer allowed rows than k leave the end of a result empty.</summary>
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

    /// <summary>Words of one filter of a matrix: ⌈rows/64⌉.</summary>
    public static int FilterWords(int rows) => (int)(((long)rows + 63) / 64);

    /// <summary>Whether every query has a filter of its own.</summary>
    internal bool HasOwnFilters => Allowed.Length > FilterWords(Items.Rows);

    /// <summary>[dimension] of one query.</summary>
    internal ReadOnlySpan<float> Query(int query) => Queries.Slice(query * Items.Dimension, Items.Dimension);

    /// <summary>[⌈rows/64⌉] filter words of one query; empty allows every row.</summary>
    internal ReadOnlySpan<ulong> Filter(int query)
    {
        int words = FilterWords(Items.Rows);
        return Allowed.Length <= words ? Allowed : Allowed.Slice(query * words, words);
    }

    /// <summary>The same search for a few consecutive queries.</summary>
    internal ScanRequest Slice(int first, int count)
    {
        int words = FilterWords(Items.Rows);
        return new()
        {
            Items = Items,
            Queries = Queries.Slice(first * Items.Dimension, count * Items.Dimension),
            K = K,
            FirstRow = FirstRow,
            RowCount = RowCount,
            Allowed = Allowed.Length <= words ? Allowed : Allowed.Slice(first * words, count * words),
        };
    }
}
