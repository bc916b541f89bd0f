namespace Rubato;

/// <summary>How a request ended. The numbers are stable: the wire and the metrics use them.</summary>
public enum RequestStatus : ushort
{
    /// <summary>The request was answered.</summary>
    Ok = 0,

    /// <summary>listener: its length is not the catalogue's dimension. The index is the length that was given.</summary>
    WrongDimension = 1,

    /// <summary>listener: a value is NaN or infinite. The index is that of the value.</summary>
    ListenerNotFinite = 2,

    /// <summary>candidates: the list of a SCORE request is empty.</summary>
    NoCandidates = 3,

    /// <summary>candidates: more than <see cref="BatchLimits.CandidatesMax"/>. The index is the number given.</summary>
    TooManyCandidates = 4,

    /// <summary>candidates: a track id that the catalogue does not hold. The index is that of the candidate.</summary>
    UnknownTrack = 5,

    /// <summary>slots: not 1 to <see cref="BatchLimits.SlotsMax"/>. The index is the number given.</summary>
    SlotsOutOfRange = 6,

    /// <summary>licensor slots: negative. The index is the number given.</summary>
    LicensorSlotsOutOfRange = 7,

    /// <summary>retrieval depth: not 0 to <see cref="BatchLimits.RetrievalDepthMax"/>. The index is the number given.</summary>
    RetrievalDepthOutOfRange = 8,

    /// <summary>denied licensors: more than <see cref="BatchLimits.DeniedLicensorsMax"/>. The index is the number given.</summary>
    TooManyDeniedLicensors = 9,

    /// <summary>market: not two letters A to Z.</summary>
    InvalidMarket = 10,

    /// <summary>cohort: not among the cohorts of the campaigns file. The index is the cohort id.</summary>
    UnknownCohort = 11,

    /// <summary>quality loss: not 0 to 1.</summary>
    QualityLossOutOfRange = 12,

    /// <summary>losers: negative. The index is the number given.</summary>
    LosersOutOfRange = 13,
}
