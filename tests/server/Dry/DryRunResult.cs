namespace Rubato.Tests.Dry;

/// <summary>What a dry run found in the journal; money in micro-units.</summary>
internal sealed record DryRunResult
{
    public required long Requests { get; init; }

    public required long Deliveries { get; init; }

    public required long BudgetMicros { get; init; }

    public required long SettledMicros { get; init; }

    /// <summary>Most that one campaign's budget has left, in its own deliveries.</summary>
    public required double DeliveriesLeftMax { get; init; }

    /// <summary>Most that one campaign's budget has left, in its own smallest lease.</summary>
    public required double LeasesLeftMax { get; init; }

    /// <summary>Request at which the last campaign gave its last delivery.</summary>
    public required long DryAfter { get; init; }

    public required double Seconds { get; init; }
}
