using System.Numerics;
using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// Scores every allowed row by the definition and keeps the k best: where a filter leaves few rows, where bounds do not separate
/// the rows (duplicates), where fp32 could overflow, and below the narrowest vector.
/// </summary>
internal static class ExactScan
{
    /// <summary>Scans for one query.</summary>
    /// <returns>rows scored</returns>
    public static long Scan(in ScanRequest request, int query, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        int k = request.K, count = 0, pending = 0, end = request.FirstRow + request.RowCount;
        long scored = 0;
        ulong bar = 0;
        Span<ulong> best = workspace.Best(2 * k + ScanWorkspace.ChunkRows);
        ReadOnlySpan<float> vector = request.Query(query);
        ReadOnlySpan<ulong> filter = request.Filter(query);
        Span<int> chunk = workspace.ChunkRowNumbers;
        for (int first = request.FirstRow; first < end; first += 64)
        {
            for (ulong word = RowFilter.Word(filter, first, end); word != 0; word &= word - 1)
                chunk[pending++] = first + BitOperations.TrailingZeroCount(word);
            if (pending <= ScanWorkspace.ChunkRows - 64 && first + 64 < end)
                continue;
            Span<float> chunkScores = workspace.ChunkScores.AsSpan(0, pending);
            ScoreVector.ScoreChecked(vector, request.Items, chunk[..pending], chunkScores);
            for (int i = 0; i < pending; i++)
            {
                ulong key = RankKey.Of(chunkScores[i], chunk[i]);
                if (key > bar)
                    best[count++] = key;
            }
            scored += pending;
            pending = 0;
            if (count > 2 * k)
            {
                TopK.Select(best[..count], k);
                bar = best[k - 1];
                count = k;
            }
        }
        int kept = Math.Min(count, k);
        if (kept > 0)
            TopK.Select(best[..count], kept);
        TopK.SortDescending(best[..kept]);
        TopK.Write(best[..kept], rows, scores);
        return scored;
    }
}
