using System.Runtime.ExceptionServices;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>One thread that scans a range of rows whenever it is started.</summary>
internal sealed unsafe class RowRangeWorker : IDisposable
{
    private readonly Catalogue _catalogue;
    private readonly IScanKernel _kernel;
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private readonly Thread _thread;
    private Input _input;
    private Range _range;
    private Destination _destination;
    private ScanStatistics _statistics;
    private Exception? _failure;
    private bool _stop;

    /// <param name="catalogue">the rows</param> <param name="kernel">the scan</param>
    /// <param name="processor">the processor that the thread stays on, or <see cref="AnyProcessor"/></param>
    public RowRangeWorker(Catalogue catalogue, IScanKernel kernel, int processor)
    {
        _catalogue = catalogue;
        _kernel = kernel;
        Processor = processor;
        _thread = new Thread(Run) { IsBackground = true, Name = processor == AnyProcessor ? "rubato search" : $"rubato search {processor}" };
        _thread.Start();
    }

    public const int AnyProcessor = -1;

    /// <summary>The processor that the thread stays on, or <see cref="AnyProcessor"/>.</summary>
    public int Processor { get; }

    /// <summary>Queries and filter, pinned by the caller until <see cref="Wait"/> has returned.</summary>
    public readonly struct Input(float* queries, int queryValues, ulong* allowed, int allowedWords, int k)
    {
        public ReadOnlySpan<float> Queries => new(queries, queryValues); // SAFETY: pinned by RowSearcher until Wait returns

        public ReadOnlySpan<ulong> Allowed => new(allowed, allowedWords); // SAFETY: the same

        public int K => k;
    }

    /// <summary>The rows to scan, and scratch memory for them.</summary>
    public readonly record struct Range(int FirstRow, int RowCount, ScanWorkspace Workspace);

    /// <summary>Where the results go: count elements of both arrays from an offset on.</summary>
    public readonly record struct Destination(int[] Rows, float[] Scores, int Offset, int Count);

    public void Start(Input input, Range range, Destination destination)
    {
        _input = input;
        _range = range;
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
        if (Processor != AnyProcessor) CpuAffinity.TryPin(Processor);
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
            FirstRow = _range.FirstRow,
            RowCount = _range.RowCount,
        };
        return _kernel.Scan(request, _range.Workspace,
            _destination.Rows.AsSpan(_destination.Offset, _destination.Count), _destination.Scores.AsSpan(_destination.Offset, _destination.Count));
    }
}
