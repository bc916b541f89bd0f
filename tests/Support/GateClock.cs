namespace Rubato.Tests.Support;

/// <summary>
/// A clock that makes whoever reads it wait while the gate is closed. The engine reads its clock once per batch, so a test can hold a lane in
/// the middle of a computation, for as long as it needs and without guessing times.
/// </summary>
internal sealed class GateClock : TimeProvider, IDisposable
{
    private readonly ManualResetEventSlim _gate = new(true);
    private readonly SemaphoreSlim _entered = new(0);

    public void Close() => _gate.Reset();

    public void Open() => _gate.Set();

    /// <summary>Waits until a batch has run into the closed gate.</summary>
    public void WaitForVisitor() => Assert.True(_entered.Wait(TimeSpan.FromSeconds(30)), "no batch came to the gate");

    public override DateTimeOffset GetUtcNow()
    {
        if (!_gate.IsSet) _entered.Release();
        _gate.Wait();
        return Snapshots.Created;
    }

    public void Dispose()
    {
        _gate.Set();
        _entered.Dispose();
    }
}
