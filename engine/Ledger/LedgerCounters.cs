namespace Rubato;

/// <summary>What a ledger has done since it was opened.</summary>
public readonly record struct LedgerCounters
{
    /// <summary>Reservations made.</summary>
    public required long Reservations { get; init; }

    /// <summary>Events that settled a reservation.</summary>
    public required long Settled { get; init; }

    /// <summary>Events that released a reservation.</summary>
    public required long Released { get; init; }

    /// <summary>Events that came again.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Events after their lease was closed.</summary>
    public required long Late { get; init; }

    /// <summary>Events with a forged or foreign reservation id.</summary>
    public required long Refused { get; init; }

    /// <summary>Leases opened.</summary>
    public required long LeasesOpened { get; init; }

    /// <summary>Leases closed.</summary>
    public required long LeasesClosed { get; init; }

    /// <summary>Bytes written to the journal.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Synchronisations of the journal; one serves everybody who waits.</summary>
    public required long JournalSyncs { get; init; }

    /// <summary>Snapshots that replaced a journal.</summary>
    public required long Compactions { get; init; }
}
