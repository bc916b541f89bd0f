namespace Rubato.Kernels.Selection;

/// <summary>Joins the results of several row ranges into the result of the whole.</summary>
public static class MergeTopK
{
    /// <summary>merged[q] = the k best of lists[0, q] … lists[lists − 1, q]; ties go to the lower row.</summary>
    /// <param name="rows">[lists, queries, k], as scans of disjoint row ranges wrote them</param>
    /// <param name="scores">[lists, queries, k], descending</param>
    /// <param name="lists">number of row ranges, at least 1</param>
    /// <param name="k">results per query</param>
    /// <param name="mergedRows">[queries, k], overwritten; may be the first list</param>
    /// <param name="mergedScores">[queries, k], overwritten; may be the first list</param>
    /// <exception cref="ArgumentException">The shapes disagree.</exception>
    public static void Merge(ReadOnlySpan<int> rows, ReadOnlySpan<float> scores, int lists, int k, Span<int> mergedRows, Span<float> mergedScores)
    {
        if (lists < 1 || k is < 1 or > Similarity.ScanRequest.KMax || mergedRows.Length % k != 0)
            throw new ArgumentException($"{mergedRows.Length} results cannot be {k} per query, merged from {lists} lists");
        int results = mergedRows.Length;
        if (mergedScores.Length != results || rows.Length != (long)lists * results || scores.Length != rows.Length)
            throw new ArgumentException(
                $"{lists} lists of {results} results, but {rows.Length} rows, {scores.Length} scores and room for {mergedScores.Length} scores");
        if (lists == 1)
        {
            rows.CopyTo(mergedRows);
            scores.CopyTo(mergedScores);
            return;
        }
        Span<int> heads = lists <= 64 ? stackalloc int[lists] : new int[lists];
        Span<ulong> best = stackalloc ulong[k]; // at most 32 KB
        for (int first = 0; first < results; first += k)
        {
            heads.Clear();
            for (int i = 0; i < k; i++)
                best[i] = Next(rows, scores, first, results, k, heads);
            TopK.Write(best, mergedRows.Slice(first, k), mergedScores.Slice(first, k));
        }
    }

    /// <summary>Takes the best of the lists' heads.</summary>
    private static ulong Next(ReadOnlySpan<int> rows, ReadOnlySpan<float> scores, int first, int stride, int k, Span<int> heads)
    {
        int from = 0;
        ulong best = 0; // below every key
        for (int list = 0; list < heads.Length; list++)
        {
            if (heads[list] == k)
                continue;
            int at = list * stride + first + heads[list];
            ulong key = RankKey.Of(scores[at], rows[at]);
            if (key > best)
                (best, from) = (key, list);
        }
        heads[from]++;
        return best;
    }
}
