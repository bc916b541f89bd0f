using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>The reference: every allowed row is scored by the definition, the k best are kept in order.</summary>
public sealed class ScanScalar : IScanKernel
{
    /// <inheritdoc/>
    public string Name => "scalar";

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length);
        long scored = 0;
        for (int query = 0; query < request.QueryCount; query++)
        {
            Span<ulong> best = workspace.Best(request.K);
            best.Fill(RankKey.Empty);
            ReadOnlySpan<ulong> filter = request.Filter(query);
            for (int row = request.FirstRow; row < request.FirstRow + request.RowCount; row++)
            {
                if (!filter.IsEmpty && (filter[row / 64] >> (row % 64) & 1) == 0)
                    continue;
                ulong key = RankKey.Of(ScoreScalar.Of(request.Query(query), request.Items.Row(row)), row);
                scored++;
                for (int i = request.K - 1; i >= 0 && key > best[i]; i--) // insertion into a sorted list
                {
                    if (i < request.K - 1)
                        best[i + 1] = best[i];
                    best[i] = key;
                }
            }
            TopK.Write(best, rows.Slice(query * request.K, request.K), scores.Slice(query * request.K, request.K));
        }
        return new ScanStatistics((long)request.RowCount * request.QueryCount, scored);
    }
}
