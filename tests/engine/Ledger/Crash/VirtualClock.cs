namespace Rubato.Tests.Ledgers;

/// <summary>A clock that is moved by hand, in any direction.</summary>
internal sealed class VirtualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public void Move(double seconds) => Now += TimeSpan.FromSeconds(seconds);
}
