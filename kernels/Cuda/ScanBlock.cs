namespace Rubato.Kernels.Cuda;

/// <summary>The shape of a scan of a block of queries on one device; two of one shape on one slot are the same sequence of work.</summary>
/// <param name="Rows">the rows on the device</param>
/// <param name="FirstRow">first row to scan</param>
/// <param name="EndRow">row after the last</param>
/// <param name="Queries">queries, 1 to <see cref="QueriesMax"/></param>
/// <param name="K">rows wanted</param>
/// <param name="FilterStride">filter words per query; 0 when all share one filter, negative where there is none</param>
/// <param name="Finished">the device scores its survivors by the definition and returns the k best; otherwise the survivors come back</param>
internal readonly record struct ScanBlock(HeldPart Rows, int FirstRow, int EndRow, int Queries, int K, int FilterStride, bool Finished)
{
    /// <summary>Queries of a block: the CPU finishes one block while the device scans the next.</summary>
    public const int QueriesMax = 256;

    /// <summary>More filter words than these, 32 MB, make smaller blocks.</summary>
    public const int FilterWordsMax = 4 << 20;

    /// <summary>Below so many queries a search is the time of its steps, one after the other, and not what they do.</summary>
    private const int FewQueries = 8;

    private const long HitBytesMax = 64 << 20;

    /// <summary>Rows of the first step, which are hits without a bar; a multiple of 64.</summary>
    public int DenseRows => RoomOf(K);

    /// <summary>Room for hits per query, a multiple of 64: twice as much for few queries saves a step.</summary>
    public int Capacity => Queries < FewQueries ? 2 * RoomOf(K) : RoomOf(K);

    /// <summary>Hits per query that are copied back to be finished: a query with more survivors is a crowd, and goes to the CPU.</summary>
    public int Returned => Math.Max(512, 8 * K);

    /// <summary>Filter words of the range.</summary>
    public int FilterWords => (EndRow + 63) / 64 - FirstRow / 64;

    /// <summary>Filter words of the block.</summary>
    public int FilterLength => FilterStride < 0 ? 0 : FilterStride == 0 ? FilterWords : FilterStride * Queries;

    /// <summary>Queries of a block for so many rows wanted and filter words per query (0: shared, or no filter).</summary>
    public static int QueriesFor(int k, int filterWords)
    {
        long queries = Math.Min(QueriesMax, HitBytesMax / (sizeof(ulong) * (long)RoomOf(k)));
        return (int)Math.Max(1, filterWords == 0 ? queries : Math.Min(queries, FilterWordsMax / filterWords));
    }

    private static int RoomOf(int k) => Math.Max(4096, (16 * k + 63) / 64 * 64);
}
