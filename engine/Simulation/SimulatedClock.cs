namespace Rubato;

/// <summary>A clock that is set.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    public DateTime Now { get; set; } = SimulationOptions.Start;

    public override DateTimeOffset GetUtcNow() => Now;
}
