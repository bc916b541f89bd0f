using Rubato.Kernels;
using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Exact top-k search over all rows of a catalogue, split over threads that it owns.</summary>
/// <remarks>
/// Large batches are cut into one share of the queries per thread: collecting and re-scoring survivors is work per query, which every range
/// of rows would do again. Smaller ones, which wait for memory, are cut into one range of the rows per thread, and the ranges' results are
/// merged. The calling thread takes the first share; results do not depend on the number of threads. A search allocates nothing once the buffers have grown to the largest one. Searches of several
/// callers run one after the other, each at full width: a scan is bound by memory, so two at a time would share the bandwidth, evict each
/// other's panels from the cache and both end late; one after the other, the first ends in half the time and the second no later.
/// <para>
/// Pinned workers stay on a processor of their own. The calling thread is not ours to pin: there is one worker more than needed, and the
/// one on the caller's processor sleeps, so that no range waits for another.
/// </para>
/// <para>
/// A kernel that runs on a device holds the catalogue there as long as the searcher lives, and gets whole searches; several of them may be
/// under way at once, because the device takes them in turns and their results are finished on the calling threads.
/// </para>
/// </remarks>
public sealed class RowSearcher : IDisposable
{
    /// <summary>Largest number of threads; merging more ranges would allocate.</summary>
    public const int ThreadsMax = 64;

    private const int QueriesPerThreadMin = 64; // two groups of panel code; with fewer queries per row, scans wait for memory
    private const int RangeUnit = 64; // rows of one filter word, which no range may split
    private readonly Lock _gate = new();
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly ScanWorkspace[] _workspaces; // one per range, whichever thread takes it
    private readonly RowRangeWorker[] _workers;
    private readonly Stack<ScanWorkspace> _wholeWorkspaces = new(); // of callers whose search is not split
    private readonly IDisposable? _held;
    private int[] _rows = [];
    private float[] _scores = [];
    private bool _disposed;

    /// <summary>Starts the threads.</summary>
    /// <param name="catalogue">the rows; must outlive the searcher</param>
    /// <param name="kernel">the scan; shared by all threads</param>
    /// <param name="threads">1 to <see cref="ThreadsMax"/>; no more are used than there are blocks of 64 rows</param>
    /// <param name="pin">keep each thread on a processor of its own, where the process may use as many (Linux)</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is out of its range.</exception>
    public RowSearcher(Catalogue catalogue, IScanKernel kernel, int threads = 1, bool pin = true)
    {
        if (threads is < 1 or > ThreadsMax) throw new ArgumentOutOfRangeException(nameof(threads), threads, $"must be 1 to {ThreadsMax}");
        _catalogue = catalogue;
        _kernel = kernel;
        Threads = Math.Min(threads, ScanRequest.FilterWords(catalogue.Rows));
        _held = kernel.Hold(catalogue.Items, Threads);
        _workspaces = [.. Enumerable.Range(0, Threads).Select(_ => new ScanWorkspace())];
        int[] processors = pin && Threads > 1 ? ThreadPlan.Processors(Threads) : [];
        IsPinned = processors.Length > 0;
        _workers = IsPinned
            ? [.. processors.Select(processor => new RowRangeWorker(catalogue, kernel, processor))]
            : [.. Enumerable.Range(0, Threads - 1).Select(_ => new RowRangeWorker(catalogue, kernel, RowRangeWorker.AnyProcessor))];
    }

    /// <summary>Threads in use, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>Each worker is kept on a processor of its own.</summary>
    public bool IsPinned { get; }

    /// <summary>Name of the kernel variant.</summary>
    public string Variant => _kernel.Name;

    /// <summary>Finds the k best rows of every query.</summary>
    /// <param name="queries">[queries, dimension], row-major, finite</param>
    /// <param name="allowed">one bit per row, set = allowed: [⌈rows/64⌉] for all queries or [queries, ⌈rows/64⌉]; empty allows every row</param>
    /// <param name="k">1 to <see cref="ScanRequest.KMax"/></param>
    /// <param name="rows">[queries, k], overwritten; −1 past the last allowed row</param>
    /// <param name="scores">[queries, k], overwritten, descending, ties by the lower row; −∞ past the last allowed row</param>
    /// <returns>what the scans of all ranges did</returns>
    /// <exception cref="ArgumentException">The shapes disagree or a number is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The searcher was disposed.</exception>
    public ScanStatistics Search(ReadOnlySpan<float> queries, ReadOnlySpan<ulong> allowed, int k, Span<int> rows, Span<float> scores)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var request = new ScanRequest
        {
            Items = _catalogue.Items,
            Queries = queries,
            Allowed = allowed,
            K = k,
            RowCount = _catalogue.Rows,
        };
        if (_kernel.TakesWhole(request)) return SearchWhole(request, rows, scores);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Threads == 1 ? _kernel.Scan(request, _workspaces[0], rows, scores) : SearchShares(request, rows, scores);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (RowRangeWorker worker in _workers) worker.Dispose();
            _held?.Dispose();
        }
    }

    private ScanStatistics SearchWhole(in ScanRequest request, Span<int> rows, Span<float> scores)
    {
        ScanWorkspace? workspace;
        lock (_gate)
            if (!_wholeWorkspaces.TryPop(out workspace)) workspace = new ScanWorkspace();
        try
        {
            return _kernel.Scan(request, workspace, rows, scores);
        }
        finally
        {
            lock (_gate) _wholeWorkspaces.Push(workspace);
        }
    }

    private ScanStatistics SearchShares(in ScanRequest request, Span<int> rows, Span<float> scores)
    {
        bool byQueries = request.QueryCount >= Threads * QueriesPerThreadMin;
        if (byQueries) Guard.Scan(request, rows.Length, scores.Length); // a share of a bad request might look like a good one
        int results = rows.Length, lists = byQueries ? 1 : Threads;
        if (_rows.Length < (long)results * lists)
        {
            _rows = new int[checked(results * lists)];
            _scores = new float[_rows.Length];
        }
        Span<int> foundRows = _rows.AsSpan(0, results * lists);
        Span<float> foundScores = _scores.AsSpan(0, foundRows.Length);
        ScanRequest own = Share(request, 0, byQueries);
        int ownResults = byQueries ? own.QueryCount * request.K : results, offset = ownResults;
        int resting = RestingWorker();
        ScanStatistics statistics;
        unsafe
        {
            fixed (float* queries = request.Queries)
            fixed (ulong* allowed = request.Allowed)
            {
                // SAFETY: every worker started is waited for inside this block, while the memory it reads is pinned
                for (int worker = 0, share = 1; worker < _workers.Length; worker++)
                {
                    if (worker == resting) continue;
                    ScanRequest part = Share(request, share, byQueries);
                    fixed (float* partQueries = part.Queries)
                    fixed (ulong* partAllowed = part.Allowed)
                    {
                        int count = byQueries ? part.QueryCount * request.K : results;
                        _workers[worker].Start(
                            new RowRangeWorker.Input(partQueries, part.Queries.Length, partAllowed, part.Allowed.Length, request.K),
                            new RowRangeWorker.Range(part.FirstRow, part.RowCount, _workspaces[share]),
                            new RowRangeWorker.Destination(_rows, _scores, offset, count));
                        offset += count;
                    }
                    share++;
                }
                try
                {
                    statistics = _kernel.Scan(own, _workspaces[0], foundRows[..ownResults], foundScores[..(byQueries ? ownResults : scores.Length)]);
                }
                finally
                {
                    for (int worker = 0; worker < _workers.Length; worker++)
                        if (worker != resting) _workers[worker].Wait();
                }
            }
        }
        for (int worker = 0; worker < _workers.Length; worker++)
            if (worker != resting) statistics += _workers[worker].Result();
        MergeTopK.Merge(foundRows, foundScores, lists, request.K, rows, scores);
        return statistics;
    }

    /// <summary>What one thread scans: some of the queries and all rows, or all queries and a range of the rows.</summary>
    private ScanRequest Share(in ScanRequest request, int share, bool byQueries)
    {
        if (byQueries)
        {
            int first = (int)((long)request.QueryCount * share / Threads);
            return request.Slice(first, (int)((long)request.QueryCount * (share + 1) / Threads) - first);
        }
        return new ScanRequest
        {
            Items = request.Items,
            Queries = request.Queries,
            Allowed = request.Allowed,
            K = request.K,
            FirstRow = RangeStart(share),
            RowCount = RangeStart(share + 1) - RangeStart(share),
        };
    }

    /// <summary>The pinned worker on the caller's processor, or any one where the caller runs elsewhere; none of those that are not pinned.</summary>
    private int RestingWorker()
    {
        if (!IsPinned) return -1;
        int processor = CpuAffinity.Current();
        for (int worker = 0; worker < _workers.Length; worker++)
            if (_workers[worker].Processor == processor) return worker;
        return 0;
    }

    private int RangeStart(int range)
        => (int)Math.Min((long)ScanRequest.FilterWords(_catalogue.Rows) * range / Threads * RangeUnit, _catalogue.Rows);
}
