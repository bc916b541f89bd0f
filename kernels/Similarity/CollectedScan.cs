using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// The second step of a search whose rows were shared out: what the ranges have collected for a query is joined and finished, once. So
/// re-scoring is work per query, however many threads there are, and each of them can finish some of the queries.
/// </summary>
public static class CollectedScan
{
    /// <summary>Queries of one search at most. Each may keep 4 k rows of 12 bytes in each range, and more where bounds hardly separate them.</summary>
    public const int QueriesMax = 1024;

    /// <summary>Finishes some of the queries; several threads may do so at once, each with queries of its own.</summary>
    /// <param name="kernel">the variant that collected</param>
    /// <param name="request">the search: all queries, and the rows of all ranges</param>
    /// <param name="first">the first query to finish</param>
    /// <param name="count">how many</param>
    /// <param name="collected">the workspaces of all ranges</param>
    /// <param name="own">which of them lends its scratch memory to the calling thread</param>
    /// <param name="rows">[queries, k], overwritten for the finished ones; −1 past the last allowed row</param>
    /// <param name="scores">[queries, k], overwritten likewise, descending; −∞ past the last allowed row</param>
    /// <returns>the rows re-scored</returns>
    public static ScanStatistics Finish(
        IScanKernel kernel, in ScanRequest request, int first, int count, ReadOnlySpan<ScanWorkspace> collected, int own, Span<int> rows, Span<float> scores)
    {
        int k = request.K;
        ScanWorkspace workspace = collected[own];
        Span<bool> unproven = workspace.Marks(count);
        long rescored = 0;
        for (int query = first; query < first + count; query++)
        {
            SurvivorBuffer joined = collected[0].Buffers(request.QueryCount)[query];
            foreach (ScanWorkspace range in collected[1..])
                joined.Join(range.Buffers(request.QueryCount)[query]);
            unproven[query - first] = !Finisher.TryFinish(
                joined, request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k), ref rescored);
        }
        if (unproven.Contains(true))
            rescored += Again(kernel.Certain, request, first, unproven, workspace, rows, scores);
        return new ScanStatistics(Scanned: 0, rescored);
    }

    /// <summary>Scans all rows once more for the marked queries, which are copied together: one pass, wherever they stand.</summary>
    private static long Again(
        IScanKernel kernel, in ScanRequest request, int first, ReadOnlySpan<bool> marks, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        int k = request.K, dimension = request.Items.Dimension, count = marks.Count(true), at = 0;
        int words = request.HasOwnFilters ? ScanRequest.FilterWords(request.Items.Rows) : 0;
        Span<float> queries = workspace.Packed(count * dimension);
        Span<ulong> filters = workspace.Keys(count * words);
        for (int i = 0; i < marks.Length; i++)
        {
            if (!marks[i])
                continue;
            request.Query(first + i).CopyTo(queries[(at * dimension)..]);
            request.Filter(first + i)[..words].CopyTo(filters[(at++ * words)..]);
        }
        var again = new ScanRequest
        {
            Items = request.Items,
            Queries = queries,
            Allowed = words > 0 ? filters : request.Allowed,
            K = k,
            FirstRow = request.FirstRow,
            RowCount = request.RowCount,
        };
        Span<int> foundRows = workspace.Rows(count * k);
        Span<float> foundScores = workspace.Scores(count * k);
        long rescored = kernel.Scan(again, workspace.Second, foundRows, foundScores).Rescored;
        for (int i = 0; i < marks.Length; i++)
        {
            if (!marks[i])
                continue;
            foundRows[..k].CopyTo(rows[((first + i) * k)..]);
            foundScores[..k].CopyTo(scores[((first + i) * k)..]);
            foundRows = foundRows[k..];
            foundScores = foundScores[k..];
        }
        return rescored;
    }

    /// <summary>Collects the k best rows of a range, as another scan finds them.</summary>
    /// <param name="kernel">the other scan</param>
    /// <param name="range">the rows, and the queries</param>
    /// <param name="workspace">keeps what is found</param>
    /// <param name="firstQuery">number of the first query among those of the workspace</param>
    internal static ScanStatistics CollectBest(IScanKernel kernel, in ScanRequest range, ScanWorkspace workspace, int firstQuery = 0)
    {
        Guard.Collect(range);
        int k = range.K, results = range.QueryCount * k;
        Span<int> rows = workspace.Rows(results);
        Span<float> scores = workspace.Scores(results);
        ScanStatistics statistics = kernel.Scan(range, workspace.Second, rows, scores);
        ReadOnlySpan<SurvivorBuffer> survivors = workspace.Buffers(firstQuery + range.QueryCount)[firstQuery..];
        for (int query = 0; query < range.QueryCount; query++)
            survivors[query].Take(rows.Slice(query * k, k), scores.Slice(query * k, k));
        return statistics;
    }
}
