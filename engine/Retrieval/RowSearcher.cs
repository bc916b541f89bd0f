using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Exact top-k search over all rows of a catalogue, split over threads that it owns.</summary>
/// <remarks>
/// Large batches are cut into one share of the queries per thread. Smaller ones, which wait for memory, are cut into one range of the rows
/// per thread; then each thread finishes some of the queries with what all ranges have collected for them. The calling thread takes the first
/// share; results do not depend on the number of threads. A search allocates nothing once the buffers have grown to the largest one. Searches
/// of several callers run one after the other, each at full width: a scan is bound by memory, so two at a time would share the bandwidth,
/// evict each other's panels from the cache and both end late; one after the other, the first ends in half the time and the second no later.
/// <para>
/// A kernel that runs on a device holds the catalogue there as long as the searcher lives, and gets whole searches; several of them may be
/// under way at once, because the device takes them in turns and their results are finished on the calling threads.
/// </para>
/// </remarks>
public sealed class RowSearcher : IDisposable
{
    /// <summary>Largest number of threads.</summary>
    public const int ThreadsMax = 64;

    private readonly Lock _gate = new();
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly SharedSearch _shared;
    private readonly Stack<ScanWorkspace> _wholeWorkspaces = new(); // of callers whose search is not split
    private readonly IDisposable? _held;
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
        threads = Math.Min(threads, ScanRequest.FilterWords(catalogue.Rows));
        _held = kernel.Hold(catalogue.Items, threads);
        _shared = new SharedSearch(catalogue, kernel, threads, pin);
    }

    /// <summary>Threads in use, the calling one included.</summary>
    public int Threads => _shared.Threads;

    /// <summary>Each worker is kept on a processor of its own.</summary>
    public bool IsPinned => _shared.IsPinned;

    /// <summary>Name of the kernel variant; after a failure of its devices also why the CPU took over.</summary>
    public string Variant => _kernel is IDeviceScan { Lost: { } lost } ? $"{_kernel.Name}, then the CPU: {lost}" : _kernel.Name;

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
            return _shared.Run(request, rows, scores);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _shared.Dispose();
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
}
