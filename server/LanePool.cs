namespace Rubato.Server;

/// <summary>The lanes on which SCORE requests run, on the thread that received them; as many as threads that receive.</summary>
internal sealed class LanePool : IDisposable
{
    private readonly Stack<ComputeLane> _idle;
    private readonly SemaphoreSlim _count;

    public LanePool(int lanes, Func<ComputeLane> create)
    {
        _idle = new Stack<ComputeLane>(Enumerable.Range(0, lanes).Select(_ => create()));
        _count = new SemaphoreSlim(lanes);
    }

    /// <summary>Takes an idle lane; waits only while every lane computes, which is for microseconds.</summary>
    public ComputeLane Take()
    {
        _count.Wait();
        lock (_idle) return _idle.Pop();
    }

    /// <summary>Gives a lane back.</summary>
    public void Return(ComputeLane lane)
    {
        lane.Forget(); // empty already, except after a fault
        lock (_idle) _idle.Push(lane);
        _count.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ComputeLane lane in _idle) lane.Dispose();
        _count.Dispose();
    }
}
