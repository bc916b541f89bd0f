namespace Rubato.Tests.Support;

/// <summary>Keeps a model's thread busy until it is told to end.</summary>
internal sealed class GateWork : RowsWork, IDisposable
{
    private readonly ManualResetEventSlim _gate = new(), _entered = new();

    public GateWork() : base([0], 1)
    {
    }

    public override bool RunsAlone => true;

    /// <summary>Waits until the thread is busy with it.</summary>
    public void WaitUntilEntered() => Assert.True(_entered.Wait(30_000));

    public void Open() => _gate.Set();

    public void Dispose() => Open(); // the events go with the process: a thread may still stand in one

    protected internal override void RunAlone(ModelSession session, TimeSpan deadline)
    {
        _entered.Set();
        _gate.Wait();
    }
}
