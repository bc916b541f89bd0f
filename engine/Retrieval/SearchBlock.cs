namespace Rubato;

/// <summary>Collects requests that search to the same depth and runs them as one block of queries, which reads the catalogue once for all.</summary>
internal sealed class SearchBlock(Catalogue catalogue, RowSearcher searcher)
{
    /// <summary>Queries per block: enough that the scan is bound by arithmetic, few enough that their filters stay small.</summary>
    private const int QueriesMax = 32;

    private readonly float[] _queries = new float[QueriesMax * catalogue.Dimension];
    private readonly int[] _requests = new int[QueriesMax];
    private ulong[] _allowed = []; // [queries, words]; grows with the largest block that filters
    private int _count, _depth;
    private bool _filters;

    /// <summary>Adds a request; runs the block first where the request does not fit it.</summary>
    public void Add(int request, in RequestRow row, CandidateBatch candidates)
    {
        if (_count == QueriesMax || (_count > 0 && _depth != row.CandidateCapacity)) Flush(candidates);
        _depth = row.CandidateCapacity;
        _requests[_count] = request;
        row.Listener.Span.CopyTo(_queries.AsSpan(_count * catalogue.Dimension));
        _filters |= row.HasFilter;
        _count++;
    }

    /// <summary>Searches for the requests collected so far and starts over.</summary>
    public void Flush(CandidateBatch candidates)
    {
        if (_count == 0) return;
        int start = candidates.Used;
        for (int query = 0; query < _count; query++) candidates.Reserve(_requests[query], _depth);
        Span<int> rows = candidates.Rows.Slice(start, _count * _depth);
        candidates.Search += searcher.Search(_queries.AsSpan(0, _count * catalogue.Dimension), Allowed(candidates.Requests), _depth,
            rows, candidates.Similarities.Slice(start, rows.Length));
        candidates.Blocks.Slice(start, rows.Length).Clear();
        for (int query = 0; query < _count; query++)
        {
            int end = rows.Slice(query * _depth, _depth).IndexOf(-1);
            if (end >= 0) candidates.Shorten(_requests[query], end); // fewer allowed rows than the depth
        }
        _count = 0;
        _filters = false;
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
