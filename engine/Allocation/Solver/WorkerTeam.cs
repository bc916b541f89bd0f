namespace Rubato;

/// <summary>A fixed number of threads that run one piece of work each, again and again, without allocating.</summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly Barrier _barrier;
    private readonly Exception?[] _failures;
    private Action<int>? _work;

    /// <param name="size">threads including the caller's, at least 1</param>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _failures = new Exception?[size];
        _barrier = new Barrier(size);
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
        _work = work;
        _barrier.SignalAndWait();
        Attempt(0, work);
        _barrier.SignalAndWait();
        foreach (Exception? failure in _failures)
            if (failure is not null) throw new InvalidOperationException("a worker failed: " + failure.Message, failure);
    }

    public void Dispose()
    {
        _work = null;
        if (Size > 1) _barrier.SignalAndWait();
        foreach (Thread thread in _threads) thread.Join();
        _barrier.Dispose();
    }

    private void Loop(int worker)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is not { } work) return;
            Attempt(worker, work);
            _barrier.SignalAndWait();
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
