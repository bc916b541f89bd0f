namespace Rubato;

/// <summary>What became of an exposure event; only <see cref="Settled"/> and <see cref="Released"/> changed a budget. The numbers are stable: the wire uses them.</summary>
public enum ExposureOutcome : byte
{
    /// <summary>The reserved amount is spent.</summary>
    Settled = EventOutcome.Settled,

    /// <summary>Streamed too briefly: the reserved amount is given back.</summary>
    Released = EventOutcome.Released,

    /// <summary>A settled reservation again; nothing changed.</summary>
    AlreadySettled = EventOutcome.AlreadySettled,

    /// <summary>A released reservation again; nothing changed.</summary>
    AlreadyReleased = EventOutcome.AlreadyReleased,

    /// <summary>The reservation has expired, its lease is closed; nothing is spent.</summary>
    Late = EventOutcome.Late,

    /// <summary>Refused: the reservation id is damaged, made up, or another ledger's.</summary>
    Forged = EventOutcome.Forged,

    /// <summary>Refused: the id is this ledger's, but it never issued such a reservation: its folder was restored from an older copy.</summary>
    Foreign = EventOutcome.Foreign,

    /// <summary>Refused: the reservation's campaign does not promote the track.</summary>
    WrongTrack = 8,

    /// <summary>Refused: the seconds are negative or no number.</summary>
    BadSeconds = 9,
}
