using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>The last step of every bounded scan: survivors are scored by the definition, most promising first, until no other can win.</summary>
internal static class Finisher
{
    /// <summary>Rows scored between two looks at the stopping rule: enough to hide the latency of memory.</summary>
    private const int StepRows = 16;

    /// <summary>Writes the exact k best of the survivors.</summary>
    /// <param name="survivors">all rows whose upper bound reaches the survivors' bar</param>
    /// <param name="request">the search</param>
    /// <param name="query">the query of the survivors</param>
    /// <param name="workspace">scratch memory</param>
    /// <param name="rows">[k]</param>
    /// <param name="scores">[k]</param>
    /// <param name="rescored">grows by the rows scored</param>
    /// <returns>
    /// whether these are the k best of all rows: every other row scores less than the bar, so the k-th score has to reach it
    /// </returns>
    public static bool TryFinish(
        SurvivorBuffer survivors, in ScanRequest request, int query, ScanWorkspace workspace, Span<int> rows, Span<float> scores, ref long rescored)
    {
        survivors.Compact(workspace);
        ReadOnlySpan<ulong> candidates = survivors.ByUpperBound(workspace);
        int k = request.K, count = 0, scored = 0;
        if (survivors.Exact)
        {
            TopK.Write(candidates[..Math.Min(k, candidates.Length)], rows, scores);
            return true;
        }
        Span<ulong> best = workspace.Best(k + 1);
        while (scored < candidates.Length)
        {
            // A row whose upper bound equals the k-th score may still win the tie by its row number: the comparison is strict.
            if (count == k && RankKey.Score(candidates[scored]) < RankKey.Score(best[k - 1]))
                break;
            int step = Math.Min(count < k ? Math.Min(k - count, ScanWorkspace.ChunkRows) : StepRows, candidates.Length - scored);
            Span<int> chunk = workspace.ChunkRowNumbers.AsSpan(0, step);
            Span<float> exact = workspace.ChunkScores.AsSpan(0, step);
            for (int i = 0; i < step; i++)
                chunk[i] = RankKey.Row(candidates[scored + i]);
            ScoreVector.ScoreChecked(request.Query(query), request.Items, chunk, exact);
            scored += step;
            if (count == k)
            {
                for (int i = 0; i < step; i++)
                    Insert(best[..(k + 1)], RankKey.Of(exact[i], chunk[i]));
                continue;
            }
            for (int i = 0; i < step; i++)
                best[count++] = RankKey.Of(exact[i], chunk[i]);
            if (count == k || scored == candidates.Length)
                TopK.SortDescending(best[..count]);
        }
        TopK.Write(best[..count], rows, scores);
        rescored += scored;
        return scores[^1] >= survivors.Bar;
    }

    /// <summary>Inserts a key into the descending list best[.. length − 1]; what falls off the end lands in the last place.</summary>
    private static void Insert(Span<ulong> best, ulong key)
    {
        int low = 0, high = best.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (best[middle] > key)
                low = middle + 1;
            else
                high = middle;
        }
        best[low..^1].CopyTo(best[(low + 1)..]);
        best[low] = key;
    }
}
