using System.Runtime.ExceptionServices;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>One thread that does its share of a search whenever it is started.</summary>
internal sealed class SearchWorker : IDisposable
{
    public const int AnyProcessor = -1;

    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private readonly Thread _thread;
    private Func<int, ScanStatistics>? _work;
    private int _share;
    private ScanStatistics _statistics;
    private Exception? _failure;

    /// <param name="processor">the processor that the thread stays on, or <see cref="AnyProcessor"/></param>
    public SearchWorker(int processor)
    {
        Processor = processor;
        _thread = new Thread(Run) { IsBackground = true, Name = processor == AnyProcessor ? "rubato search" : $"rubato search {processor}" };
        _thread.Start();
    }

    /// <summary>The processor that the thread stays on, or <see cref="AnyProcessor"/>.</summary>
    public int Processor { get; }

    /// <summary>Calls work(share) on the thread; null ends it.</summary>
    public void Start(Func<int, ScanStatistics>? work, int share)
    {
        _work = work;
        _share = share;
        _failure = null; // of a search that failed on the calling thread too, where nobody asked for it
        _started.Release();
    }

    public void Wait() => _finished.Wait();

    /// <summary>What the finished share did; throws what it threw.</summary>
    public ScanStatistics Result()
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return _statistics;
    }

    public void Dispose()
    {
        Start(work: null, share: 0);
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
            if (_work is not { } work) return;
            try
            {
                _statistics = work(_share);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
            _finished.Release();
        }
    }
}
