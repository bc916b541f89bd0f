namespace Rubato;

/// <summary>One open lease: amount = rest + reserved + settled, in micro-units.</summary>
public readonly record struct LeaseState
{
    /// <summary>Number within the campaign, from 1.</summary>
    public required uint Lease { get; init; }

    /// <summary>What was handed out to the lease; what was actually reserved from it once it is sealed.</summary>
    public required long AmountMicros { get; init; }

    /// <summary>Not reserved, or released.</summary>
    public required long RestMicros { get; init; }

    /// <summary>Reserved and not settled.</summary>
    public required long ReservedMicros { get; init; }

    /// <summary>Settled.</summary>
    public required long SettledMicros { get; init; }

    /// <summary>Whether requests may still reserve from it.</summary>
    public required bool Spendable { get; init; }

    /// <summary>Whether it was opened by an earlier run of the ledger.</summary>
    public required bool Recovered { get; init; }
}
