namespace Rubato;

/// <summary>Every knob of pacing.</summary>
public sealed record PacingOptions
{
    /// <summary>Name of the policy (<see cref="PacingPolicies.Names"/>); docs/PACING.md compares them.</summary>
    public string Policy { get; init; } = "dual";

    /// <summary>Milliseconds between two updates of the signals, 10 to 3,600,000; 1000, because an update costs microseconds and spend moves slower.</summary>
    public int IntervalMillis { get; init; } = 1000;

    /// <summary>Expected traffic over the hours of the week, for the feed-forward; even where nothing is known.</summary>
    public SpendCurve Traffic { get; init; } = SpendCurve.Even;

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentException">No policy bears the name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public PacingOptions Validated()
    {
        PacingPolicies.Create(Policy);
        OptionRange.Check(IntervalMillis, 10, 3_600_000, nameof(IntervalMillis));
        return this;
    }
}
