namespace Rubato.Kernels.Similarity;

/// <summary>Queries that a variant cannot answer go to another one, each run of neighbours in one pass.</summary>
internal static class PassedOn
{
    /// <summary>Scans for the marked queries.</summary>
    /// <param name="fallback">the variant that answers them</param>
    /// <param name="request">the search</param>
    /// <param name="workspace">scratch memory</param>
    /// <param name="passedOn">[queries] the marks</param>
    /// <param name="rows">[queries, k], overwritten for the marked queries</param>
    /// <param name="scores">[queries, k], likewise</param>
    /// <returns>rows rescored</returns>
    public static long Scan(
        IScanKernel fallback, in ScanRequest request, ScanWorkspace workspace, ReadOnlySpan<bool> passedOn, Span<int> rows, Span<float> scores)
    {
        long rescored = 0;
        int k = request.K;
        for (int first = 0, count = 0; Next(passedOn, ref first, ref count);)
            rescored += fallback.Scan(
                request.Slice(first, count), workspace, rows.Slice(first * k, count * k), scores.Slice(first * k, count * k)).Rescored;
        return rescored;
    }

    /// <summary>Collects for the marked queries.</summary>
    /// <param name="fallback">the variant that answers them</param>
    /// <param name="range">the search</param>
    /// <param name="workspace">scratch memory, and the survivors of all queries</param>
    /// <param name="passedOn">[queries] the marks</param>
    /// <returns>rows rescored</returns>
    public static long Collect(IScanKernel fallback, in ScanRequest range, ScanWorkspace workspace, ReadOnlySpan<bool> passedOn)
    {
        long rescored = 0;
        for (int first = 0, count = 0; Next(passedOn, ref first, ref count);)
            rescored += CollectedScan.CollectBest(fallback, range.Slice(first, count), workspace, first).Rescored;
        return rescored;
    }

    /// <summary>The next run of marks, behind the last one.</summary>
    private static bool Next(ReadOnlySpan<bool> marks, ref int first, ref int count)
    {
        for (first += count, count = 0; first < marks.Length && !marks[first];)
            first++;
        while (first + count < marks.Length && marks[first + count])
            count++;
        return count > 0;
    }
}
