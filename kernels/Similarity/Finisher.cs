using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>The last step of every bounded scan: survivors are scored by the definition, most promising first, until no other can win.</summary>
internal static class Finisher
{
    /// <summary>Rows scored between two looks at the stopping rule: enough to hide the latency of memory.</summary>
    private const int StepRows = 16;

    /// <summary>Writes the exact k best of the survivors.</summary>
    /// <returns>rows scored</returns>
    public static long Finish(SurvivorBuffer survivors, in ScanRequest request, int query, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        survivors.Compact(workspace);
        ReadOnlySpan<ulong> candidates = survivors.ByUpperBound(workspace);
        int k = request.K, count = 0, scored = 0;
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
        return scored;
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
