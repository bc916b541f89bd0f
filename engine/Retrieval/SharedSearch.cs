using Rubato.Kernels;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>One search at a time, cut into shares for a team.</summary>
internal sealed unsafe class SharedSearch : IDisposable
{
    private const int QueriesPerThreadMin = 64; // two groups of panel code; with fewer queries per row, scans wait for memory
    private const int QueriesPerFinisherMin = 4; // some 100 µs of work, for which it pays to wake a thread
    private const int RangeUnit = 64; // rows of one filter word, which no range may split
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly SearchTeam _team;
    private readonly ScanWorkspace[] _workspaces; // one per share, whichever thread takes it
    private readonly Func<int, ScanStatistics> _scanShare, _collectShare, _finishShare;
    private Pinned _search;
    private int _first, _count; // the queries of a block

    /// <param name="catalogue">the rows</param>
    /// <param name="kernel">the scan; shared by all threads</param>
    /// <param name="threads">at least 1</param>
    /// <param name="pin">keep each thread on a processor of its own, where that can be</param>
    public SharedSearch(Catalogue catalogue, IScanKernel kernel, int threads, bool pin)
    {
        (_catalogue, _kernel) = (catalogue, kernel);
        _team = new SearchTeam(threads, pin);
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new ScanWorkspace())];
        (_scanShare, _collectShare, _finishShare) = (ScanShare, CollectShare, FinishShare);
    }

    /// <summary>Threads in use, the calling one included.</summary>
    public int Threads => _team.Threads;

    /// <summary>Each worker is kept on a processor of its own.</summary>
    public bool IsPinned => _team.IsPinned;

    /// <summary>Threads that finish queries of the block.</summary>
    private int Finishers => Math.Clamp(_count / QueriesPerFinisherMin, 1, Threads);

    /// <summary>Finds the k best rows of every query; by one caller at a time.</summary>
    public ScanStatistics Run(in ScanRequest request, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length); // a share of a bad request might look like a good one
        fixed (float* queries = request.Queries, foundScores = scores)
        fixed (ulong* allowed = request.Allowed)
        fixed (int* foundRows = rows)
        {
            // SAFETY: the team has ended all shares before Run returns or throws, and the memory is pinned until then
            _search = new(queries, request.Queries.Length, allowed, request.Allowed.Length, foundRows, foundScores, rows.Length, request.K);
            if (Threads == 1 || request.QueryCount >= Threads * QueriesPerThreadMin) return _team.Run(_scanShare, Threads);
            ScanStatistics statistics = default;
            for (_first = 0; _first < request.QueryCount; _first += _count)
            {
                _count = Math.Min(CollectedScan.QueriesMax, request.QueryCount - _first);
                statistics += _team.Run(_collectShare, Threads);
                statistics += _team.Run(_finishShare, Finishers);
            }
            return statistics;
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _team.Dispose();

    /// <summary>Some of the queries, all rows.</summary>
    private ScanStatistics ScanShare(int share)
    {
        ScanRequest request = Request(0, _catalogue.Rows);
        (int first, int count) = Part(request.QueryCount, share, Threads);
        int k = request.K;
        return _kernel.Scan(
            request.Slice(first, count), _workspaces[share], _search.Rows.Slice(first * k, count * k), _search.Scores.Slice(first * k, count * k));
    }

    /// <summary>All queries of the block, a range of the rows.</summary>
    private ScanStatistics CollectShare(int share)
    {
        (int word, int words) = Part(ScanRequest.FilterWords(_catalogue.Rows), share, Threads);
        int firstRow = word * RangeUnit, end = (int)Math.Min((long)(word + words) * RangeUnit, _catalogue.Rows);
        return _kernel.Collect(Request(firstRow, end - firstRow).Slice(_first, _count), _workspaces[share]);
    }

    /// <summary>What all ranges have collected, for some queries of the block.</summary>
    private ScanStatistics FinishShare(int share)
    {
        (int first, int count) = Part(_count, share, Finishers);
        int k = _search.K;
        return CollectedScan.Finish(
            _kernel, Request(0, _catalogue.Rows).Slice(_first, _count), first, count, _workspaces, share,
            _search.Rows.Slice(_first * k, _count * k), _search.Scores.Slice(_first * k, _count * k));
    }

    private ScanRequest Request(int firstRow, int rowCount) => new()
    {
        Items = _catalogue.Items,
        Queries = _search.Queries,
        Allowed = _search.Allowed,
        K = _search.K,
        FirstRow = firstRow,
        RowCount = rowCount,
    };

    private static (int First, int Count) Part(int whole, int share, int shares)
    {
        int first = (int)((long)whole * share / shares);
        return (first, (int)((long)whole * (share + 1) / shares) - first);
    }

    /// <summary>The memory of a search, pinned by <see cref="Run"/>.</summary>
    private readonly struct Pinned(float* queries, int queryValues, ulong* allowed, int allowedWords, int* rows, float* scores, int results, int k)
    {
        public ReadOnlySpan<float> Queries => new(queries, queryValues);

        public ReadOnlySpan<ulong> Allowed => new(allowed, allowedWords);

        public Span<int> Rows => new(rows, results);

        public Span<float> Scores => new(scores, results);

        public int K => k;
    }
}
