namespace Rubato.Wire;

/// <summary>What an exposure event did. Numbers are never reused; a client takes an unknown one for a refusal.</summary>
public enum ExposureResult : byte
{
    /// <summary>The reserved amount is spent.</summary>
    Settled = 1,

    /// <summary>Streamed too briefly: the reserved amount is given back.</summary>
    Released = 2,

    /// <summary>A settled reservation again; nothing changed.</summary>
    AlreadySettled = 3,

    /// <summary>A released reservation again; nothing changed.</summary>
    AlreadyReleased = 4,

    /// <summary>The reservation has expired; recorded, nothing spent.</summary>
    Late = 5,

    /// <summary>Refused: the reservation is damaged, made up, or another ledger's.</summary>
    Forged = 6,

    /// <summary>Refused: the reservation was never issued; the ledger was restored from an older copy.</summary>
    Foreign = 7,

    /// <summary>Refused: the reservation's campaign does not promote the track.</summary>
    WrongTrack = 8,

    /// <summary>Refused: the seconds are negative or no number.</summary>
    BadSeconds = 9,
}
