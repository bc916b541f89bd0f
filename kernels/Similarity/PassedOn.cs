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
        for (int first = 0, k = request.K; first < passedOn.Length;)
        {
            int count = 0;
            while (first + count < passedOn.Length && passedOn[first + count])
                count++;
            if (count > 0)
                rescored += fallback.Scan(
                    request.Slice(first, count), workspace, rows.Slice(first * k, count * k), scores.Slice(first * k, count * k)).Rescored;
            first += Math.Max(count, 1);
        }
        return rescored;
    }
}
