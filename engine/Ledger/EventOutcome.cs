namespace Rubato;

/// <summary>What an exposure event did to its reservation; only <see cref="Settled"/> and <see cref="Released"/> changed a budget.</summary>
public enum EventOutcome : byte
{
    /// <summary>The reserved amount is spent.</summary>
    Settled = 1,

    /// <summary>The reserved amount is given back: to its lease now, to the budget when the lease closes.</summary>
    Released = 2,

    /// <summary>A settled reservation again; nothing changed.</summary>
    AlreadySettled = 3,

    /// <summary>A released reservation again; nothing changed.</summary>
    AlreadyReleased = 4,

    /// <summary>The reservation's lease is closed: counted as late, nothing spent.</summary>
    Late = 5,

    /// <summary>The checksum is not this ledger's: the id is damaged, made up, another ledger's, or was reserved for another track.</summary>
    Forged = 6,

    /// <summary>The checksum is this ledger's, but it never issued such a reservation: its folder was restored from an older copy.</summary>
    Foreign = 7,
}
