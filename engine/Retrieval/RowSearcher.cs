using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Exact top-k search over all rows of a catalogue, split over threads that it owns.</summary>
/// <remarks>
/// The rows are cut into one range per thread, the calling thread takes the first, and the ranges' results are merged; results do not
/// depend on the number of threads. A search allocates nothing once the buffers have grown to the largest one. Searches of several
/// threads run one after the other.
/// </remarks>
public sealed class RowSearcher : IDisposable
{
    /// <summary>Largest number of threads; merging more ranges would allocate.</summary>
    public const int ThreadsMax = 64;

    private const int RangeUnit = 64; // rows of one filter word, which no range may split
    private readonly Lock _gate = new();
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly ScanWorkspace _workspace = new();
    private readonly RowRangeWorker[] _workers;
    private int[] _rows = [];
    private float[] _scores = [];
    private bool _disposed;

    /// <summary>Starts the threads.</summary>
    /// <param name="catalogue">the rows; must outlive the searcher</param>
    /// <param name="kernel">the scan; shared by all threads</param>
    /// <param name="threads">1 to <see cref="ThreadsMax"/>; no more are used than there are blocks of 64 rows</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is out of its range.</exception>
    public RowSearcher(Catalogue catalogue, IScanKernel kernel, int threads = 1)
    {
        if (threads is < 1 or > ThreadsMax) throw new ArgumentOutOfRangeException(nameof(threads), threads, $"must be 1 to {ThreadsMax}");
        _catalogue = catalogue;
        _kernel = kernel;
        Threads = Math.Min(threads, ScanRequest.FilterWords(catalogue.Rows));
        _workers = new RowRangeWorker[Threads - 1];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new RowRangeWorker(catalogue, kernel, RangeStart(i + 1), RangeStart(i + 2) - RangeStart(i + 1));
    }

    /// <summary>Threads in use, the calling one included.</summary>
    public int Threads { get; }

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
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var request = new ScanRequest
            {
                Items = _catalogue.Items,
                Queries = queries,
                Allowed = allowed,
                K = k,
                RowCount = RangeStart(1),
            };
            return _workers.Length == 0 ? _kernel.Scan(request, _workspace, rows, scores) : SearchRanges(request, rows, scores);
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
        }
    }

    private ScanStatistics SearchRanges(in ScanRequest request, Span<int> rows, Span<float> scores)
    {
        int results = rows.Length;
        if (_rows.Length < (long)results * Threads)
        {
            _rows = new int[checked(results * Threads)];
            _scores = new float[_rows.Length];
        }
        Span<int> rangeRows = _rows.AsSpan(0, results * Threads);
        Span<float> rangeScores = _scores.AsSpan(0, rangeRows.Length);
        ScanStatistics statistics;
        unsafe
        {
            fixed (float* queries = request.Queries)
            fixed (ulong* allowed = request.Allowed)
            {
                // SAFETY: every worker started is waited for inside this block, while the memory it reads is pinned
                for (int i = 0; i < _workers.Length; i++)
                {
                    var destination = new RowRangeWorker.Destination(_rows, _scores, (i + 1) * results, results);
                    _workers[i].Start(new RowRangeWorker.Input(queries, request.Queries.Length, allowed, request.Allowed.Length, request.K), destination);
                }
                try
                {
                    statistics = _kernel.Scan(request, _workspace, rangeRows[..results], rangeScores[..scores.Length]);
                }
                finally
                {
                    foreach (RowRangeWorker worker in _workers) worker.Wait();
                }
            }
        }
        foreach (RowRangeWorker worker in _workers) statistics += worker.Result();
        MergeTopK.Merge(rangeRows, rangeScores, Threads, request.K, rows, scores);
        return statistics;
    }

    private int RangeStart(int range)
        => (int)Math.Min((long)ScanRequest.FilterWords(_catalogue.Rows) * range / Threads * RangeUnit, _catalogue.Rows);
}
