namespace Rubato;

/// <summary>One campaign's budget: budget = free + rest + reserved + settled, every part at least 0, in micro-units.</summary>
public readonly record struct BudgetState
{
    /// <summary>The campaign.</summary>
    public required uint Campaign { get; init; }

    /// <summary>The whole budget.</summary>
    public required long BudgetMicros { get; init; }

    /// <summary>In no lease and not spent.</summary>
    public required long FreeMicros { get; init; }

    /// <summary>In open leases and not reserved: not yet handed out, or released.</summary>
    public required long RestMicros { get; init; }

    /// <summary>Reserved and not settled. What a crash left unsettled in a lease counts as reserved until the lease is closed.</summary>
    public required long ReservedMicros { get; init; }

    /// <summary>Spent, for good.</summary>
    public required long SettledMicros { get; init; }

    /// <summary>The part of <see cref="SettledMicros"/> that no event settled (<see cref="LedgerOptions.ForfeitRecoveredLeases"/>).</summary>
    public required long ForfeitedMicros { get; init; }

    /// <summary>
    /// Events that came after their lease was closed; they spent nothing. A flood of them is counted in part only, <see cref="LedgerCounters.Late"/> counts all.
    /// </summary>
    public required long LateEvents { get; init; }

    /// <summary>What those events would have spent.</summary>
    public required long LateMicros { get; init; }

    /// <summary>Leases that are not closed.</summary>
    public required int OpenLeases { get; init; }
}
