using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>RequestBatch → CandidateBatch: finds the rows of named candidates, or searches for the most similar ones, and among promoted ones.</summary>
internal sealed class Retriever(Catalogue catalogue, IScoreKernel kernel, RowSearcher searcher, PromotedRows promoted, int promotedDepth)
{
    private readonly SearchBlock _block = new(catalogue, searcher, promoted, promotedDepth);

    public void Fill(RequestBatch requests, CandidateBatch candidates)
    {
        candidates.Begin(requests);
        _block.Begin();
        ReadOnlySpan<RequestRow> rows = requests.Rows;
        for (int request = 0; request < rows.Length; request++)
        {
            if (!candidates.Outcomes[request].IsOk) continue;
            if (rows[request].Searches) _block.Add(request, rows[request], candidates);
            else Look(request, rows[request], candidates);
        }
        _block.Flush(candidates);
    }

    /// <summary>Scores the candidates that the request names.</summary>
    private void Look(int request, in RequestRow row, CandidateBatch candidates)
    {
        ReadOnlySpan<long> ids = row.Candidates.Span;
        int start = candidates.Reserve(request, ids.Length);
        Span<int> rows = candidates.Rows.Slice(start, ids.Length);
        catalogue.RowsOf(ids, rows);
        int unknown = rows.IndexOf(-1);
        if (unknown >= 0)
        {
            candidates.Refuse(request, RequestStatus.UnknownTrack, unknown);
            return;
        }
        kernel.Score(row.Listener.Span, catalogue.Items, rows, candidates.Similarities.Slice(start, ids.Length));
        Span<BlockReason> blocks = candidates.Blocks.Slice(start, ids.Length);
        if (row.HasFilter) TrackFilter.Explain(catalogue, row, rows, blocks);
        else blocks.Clear();
    }
}
