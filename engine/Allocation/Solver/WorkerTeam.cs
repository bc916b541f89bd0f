using System.Diagnostics;

namespace Rubato;

/// <summary>A fixed number of threads that run one piece of work each, again and again, without allocating.</summary>
/// <remarks>
/// Work comes every few microseconds to milliseconds, too short for the system to notice that two threads share a processor while another
/// idles: on a virtual machine of two a pass often took as long on two threads as on one. So a worker that finds itself on the caller's
/// processor moves away, and who waits stays awake for a while before it sleeps.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private static readonly long AwakeTicks = Stopwatch.Frequency / 1_000; // 1 ms
    private readonly Thread[] _threads;
    private readonly Exception?[] _failures;
    private readonly object _gate = new();
    private Action<int>? _work;
    private volatile int _round, _busy; // changed under the gate
    private int _processor; // of the caller

    /// <param name="size">threads including the caller's, at least 1</param>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _failures = new Exception?[size];
        _threads = new Thread[size - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"allocation {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of workers.</summary>
    public int Size { get; }

    /// <summary>Calls work(0) to work(Size − 1), each on its own thread, and waits for all.</summary>
    public void Run(Action<int> work)
    {
        if (Size == 1)
        {
            work(0);
            return;
        }
        Begin(work);
        Attempt(0, work);
        AwaitAll();
        foreach (Exception? failure in _failures)
            if (failure is not null) throw new InvalidOperationException("a worker failed: " + failure.Message, failure);
    }

    public void Dispose()
    {
        if (Size > 1) Begin(null);
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Begin(Action<int>? work)
    {
        lock (_gate)
        {
            (_work, _busy, _processor) = (work, _threads.Length, Thread.GetCurrentProcessorId());
            _round++;
            Monitor.PulseAll(_gate);
        }
    }

    private void Loop(int worker)
    {
        for (int round = 1; ; round++)
        {
            AwaitRound(round);
            if (_work is not { } work) return;
            if (Thread.GetCurrentProcessorId() == _processor) CpuAffinity.MoveAway(_processor, worker);
            Attempt(worker, work);
            lock (_gate)
            {
                if (--_busy == 0) Monitor.PulseAll(_gate);
            }
        }
    }

    private void AwaitRound(int round)
    {
        var spin = new SpinWait();
        for (long end = Stopwatch.GetTimestamp() + AwakeTicks; _round != round && Stopwatch.GetTimestamp() < end;) spin.SpinOnce(sleep1Threshold: -1);
        if (_round == round) return;
        lock (_gate)
        {
            while (_round != round) Monitor.Wait(_gate);
        }
    }

    private void AwaitAll()
    {
        var spin = new SpinWait();
        for (long end = Stopwatch.GetTimestamp() + AwakeTicks; _busy != 0 && Stopwatch.GetTimestamp() < end;) spin.SpinOnce(sleep1Threshold: -1);
        if (_busy == 0) return;
        lock (_gate)
        {
            while (_busy != 0) Monitor.Wait(_gate);
        }
    }

    private void Attempt(int worker, Action<int> work)
    {
        try
        {
            _failures[worker] = null;
            work(worker);
        }
        catch (Exception e)
        {
            _failures[worker] = e; // rethrown on the caller's thread: an exception that escapes here would end the process
        }
    }
}
