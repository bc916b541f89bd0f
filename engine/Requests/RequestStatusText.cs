namespace Rubato;

/// <summary>Names for the statuses, for error frames, logs and metrics.</summary>
public static class RequestStatusText
{
    /// <summary>The field of the request that a status blames, or "" for <see cref="RequestStatus.Ok"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a status.</exception>
    public static string Field(this RequestStatus status) => status switch
    {
        RequestStatus.Ok => "",
        RequestStatus.WrongDimension or RequestStatus.ListenerNotFinite => "listener",
        RequestStatus.NoCandidates or RequestStatus.TooManyCandidates or RequestStatus.UnknownTrack => "candidates",
        RequestStatus.SlotsOutOfRange => "slots",
        RequestStatus.LicensorSlotsOutOfRange => "licensor slots",
        RequestStatus.RetrievalDepthOutOfRange => "retrieval depth",
        RequestStatus.TooManyDeniedLicensors => "denied licensors",
        RequestStatus.InvalidMarket => "market",
        RequestStatus.UnknownCohort => "cohort",
        RequestStatus.QualityLossOutOfRange => "quality loss",
        RequestStatus.LosersOutOfRange => "losers",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a request status"),
    };
}
