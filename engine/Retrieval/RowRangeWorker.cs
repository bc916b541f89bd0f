using System.Runtime.ExceptionServices;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>One thread that scans one range of rows whenever it is started.</summary>
internal sealed unsafe class RowRangeWorker : IDisposable
{
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly int _firstRow;
    private readonly int _rowCount;
    private readonly ScanWorkspace _workspace = new();
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private readonly Thread _thread;
    private Input _input;
    private Destination _destination;
    private ScanStatistics _statistics;
    private Exception? _failure;
    private bool _stop;

    public RowRangeWorker(Catalogue catalogue, IScanKernel kernel, int firstRow, int rowCount)
    {
        _catalogue = catalogue;
        _kernel = kernel;
        _firstRow = firstRow;
        _rowCount = rowCount;
        _thread = new Thread(Run) { IsBackground = true, Name = $"rubato rows {firstRow}" };
        _thread.Start();
    }

    /// <summary>Queries and filter, pinned by the caller until <see cref="Wait"/> has returned.</summary>
    public readonly struct Input(float* queries, int queryValues, ulong* allowed, int allowedWords, int k)
    {
        public ReadOnlySpan<float> Queries => new(queries, queryValues); // SAFETY: pinned by RowSearcher until Wait returns

        public ReadOnlySpan<ulong> Allowed => new(allowed, allowedWords); // SAFETY: the same

        public int K => k;
    }

    /// <summary>Where the results go: count elements of both arrays from an offset on.</summary>
    public readonly record struct Destination(int[] Rows, float[] Scores, int Offset, int Count);

    public void Start(Input input, Destination destination)
    {
        _input = input;
        _destination = destination;
        _failure = null; // of a search that failed on the calling thread too, where nobody asked for it
        _started.Release();
    }

    public void Wait() => _finished.Wait();

    /// <summary>What the finished scan did; throws what it threw.</summary>
    public ScanStatistics Result()
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return _statistics;
    }

    public void Dispose()
    {
        _stop = true;
        _started.Release();
        _thread.Join();
        _started.Dispose();
        _finished.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _started.Wait();
            if (_stop) return;
            try
            {
                _statistics = Scan();
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
            _finished.Release();
        }
    }

    private ScanStatistics Scan()
    {
        var request = new ScanRequest
        {
            Items = _catalogue.Items,
            Queries = _input.Queries,
            Allowed = _input.Allowed,
            K = _input.K,
            FirstRow = _firstRow,
            RowCount = _rowCount,
        };
        return _kernel.Scan(request, _workspace,
            _destination.Rows.AsSpan(_destination.Offset, _destination.Count), _destination.Scores.AsSpan(_destination.Offset, _destination.Count));
    }
}
