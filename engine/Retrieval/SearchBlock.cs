namespace Rubato;

/// <summary>
/// Collects requests that search to the same depth and runs them as one block of queries, which reads the catalogue once for all; then once more
/// among the promoted tracks, so that what a campaign pays for is weighed even where many other tracks are more similar.
/// </summary>
internal sealed class SearchBlock(Catalogue catalogue, RowSearcher searcher, PromotedRows promoted, int promotedDepth)
{
    /// <summary>Queries per block: enough that the scan is bound by arithmetic, few enough that their filters stay small.</summary>
    private const int QueriesMax = 32;

    private readonly float[] _queries = new float[QueriesMax * catalogue.Dimension];
    private readonly int[] _requests = new int[QueriesMax];
    private readonly int[] _promotedRows = new int[QueriesMax * promotedDepth];
    private readonly float[] _promotedSimilarities = new float[QueriesMax * promotedDepth];
    private ulong[] _allowed = [], _promoted = []; // [queries, words]; grow with the largest block that filters, that has campaigns
    private int _count, _depth;
    private bool _filters;

    /// <summary>Forgets the requests collected so far, of a batch whose search failed.</summary>
    public void Begin()
    {
        _count = 0;
        _filters = false;
    }

    /// <summary>Adds a request; runs the block first where the request does not fit it.</summary>
    public void Add(int request, in RequestRow row, CandidateBatch candidates)
    {
        if (_count == QueriesMax || (_count > 0 && _depth != row.RetrievalDepth)) Flush(candidates);
        _depth = row.RetrievalDepth;
        _requests[_count] = request;
        row.Listener.Span.CopyTo(_queries.AsSpan(_count * catalogue.Dimension));
        _filters |= row.HasFilter;
        _count++;
    }

    /// <summary>Searches for the requests collected so far and starts over.</summary>
    public void Flush(CandidateBatch candidates)
    {
        if (_count == 0) return;
        int start = candidates.Used, places = _depth + promotedDepth;
        for (int query = 0; query < _count; query++) candidates.Reserve(_requests[query], places);
        candidates.Blocks[start..].Clear();
        Span<int> rows = candidates.Rows[start..];
        Span<float> similarities = candidates.Similarities[start..];
        ReadOnlySpan<float> queries = _queries.AsSpan(0, _count * catalogue.Dimension);
        ReadOnlySpan<ulong> allowed = Allowed(candidates.Requests);
        candidates.Search += searcher.Search(queries, allowed, _depth, rows[..(_count * _depth)], similarities[..(_count * _depth)]);
        bool isPromoted = promotedDepth > 0 && promoted.Any && SearchPromoted(queries, allowed, candidates.Requests);
        for (int query = _count - 1; query >= 0; query--) // the last first: what the search packed moves apart
        {
            Span<int> ownRows = rows.Slice(query * places, places);
            Span<float> ownSimilarities = similarities.Slice(query * places, places);
            rows.Slice(query * _depth, _depth).CopyTo(ownRows);
            similarities.Slice(query * _depth, _depth).CopyTo(ownSimilarities);
            int count = ownRows[.._depth].IndexOf(-1); // fewer allowed rows than the depth: every one is found
            if (count < 0) count = _depth + (isPromoted ? AddPromoted(query, ownRows, ownSimilarities) : 0);
            candidates.Shorten(_requests[query], count);
        }
        Begin();
    }

    /// <summary>Finds the most similar promoted rows of every query.</summary>
    /// <returns>false where nothing is promoted to anyone</returns>
    private bool SearchPromoted(ReadOnlySpan<float> queries, ReadOnlySpan<ulong> allowed, RequestBatch requests)
    {
        int words = catalogue.Filters.Words;
        if (_promoted.Length < _count * words) _promoted = new ulong[_count * words];
        Span<ulong> bitmaps = _promoted.AsSpan(0, _count * words);
        for (int query = 0; query < _count; query++)
        {
            ReadOnlySpan<ulong> own = allowed.IsEmpty ? default : allowed.Slice(query * words, words);
            promoted.Fill(requests.Rows[_requests[query]], own, bitmaps.Slice(query * words, words));
        }
        if (!bitmaps.ContainsAnyExcept(0ul)) return false;
        int found = _count * promotedDepth;
        searcher.Search(queries, bitmaps, promotedDepth, _promotedRows.AsSpan(0, found), _promotedSimilarities.AsSpan(0, found));
        return true;
    }

    /// <summary>Puts the promoted rows that the depth did not reach behind those that it did.</summary>
    /// <returns>how many</returns>
    private int AddPromoted(int query, Span<int> rows, Span<float> similarities)
    {
        int added = 0, first = query * promotedDepth;
        (float Similarity, int Row) last = (similarities[_depth - 1], rows[_depth - 1]);
        for (int i = first; i < first + promotedDepth && _promotedRows[i] >= 0; i++)
        {
            (float similarity, int row) = (_promotedSimilarities[i], _promotedRows[i]);
            if (similarity > last.Similarity || (similarity == last.Similarity && row <= last.Row)) continue; // one of the depth
            rows[_depth + added] = row;
            similarities[_depth + added++] = similarity;
        }
        return added;
    }

    /// <summary>One bitmap per query, or none where no request of the block filters.</summary>
    private ReadOnlySpan<ulong> Allowed(RequestBatch requests)
    {
        if (!_filters) return default;
        int words = catalogue.Filters.Words;
        if (_allowed.Length < _count * words) _allowed = new ulong[_count * words];
        for (int query = 0; query < _count; query++)
            TrackFilter.Fill(catalogue, requests.Rows[_requests[query]], _allowed.AsSpan(query * words, words));
        return _allowed.AsSpan(0, _count * words);
    }
}
