using Rubato.Wire;

namespace Rubato.Server;

/// <summary>The engine's statuses in the words of the wire.</summary>
internal static class RequestErrors
{
    public static ErrorCode ToErrorCode(this RequestStatus status) => status switch
    {
        RequestStatus.Ok => ErrorCode.None,
        RequestStatus.WrongDimension => ErrorCode.WrongDimension,
        RequestStatus.ListenerNotFinite => ErrorCode.NonFiniteVector,
        RequestStatus.NoCandidates => ErrorCode.NoCandidates,
        RequestStatus.TooManyCandidates => ErrorCode.TooManyCandidates,
        RequestStatus.UnknownTrack => ErrorCode.UnknownTrack,
        RequestStatus.SlotsOutOfRange => ErrorCode.BadSlots,
        RequestStatus.LicensorSlotsOutOfRange or RequestStatus.RetrievalDepthOutOfRange or RequestStatus.TooManyDeniedLicensors
            or RequestStatus.InvalidMarket or RequestStatus.UnknownCohort or RequestStatus.QualityLossOutOfRange or RequestStatus.LosersOutOfRange => ErrorCode.BadOption,
        _ => ErrorCode.Internal,
    };

    /// <summary>One line that names the field, what was given and what is expected.</summary>
    public static string Describe(this RequestOutcome outcome, RequestBatch batch)
    {
        BatchLimits limits = batch.Limits;
        string problem = outcome.Status switch
        {
            RequestStatus.WrongDimension => $"{outcome.Index} values, the catalogue has {batch.Dimension}",
            RequestStatus.ListenerNotFinite => $"value {outcome.Index} is NaN or infinite",
            RequestStatus.NoCandidates => $"none given, 1 to {limits.CandidatesMax} expected",
            RequestStatus.TooManyCandidates => $"{outcome.Index} given, 1 to {limits.CandidatesMax} expected",
            RequestStatus.UnknownTrack => $"candidate {outcome.Index} is not in the catalogue",
            RequestStatus.SlotsOutOfRange => $"{outcome.Index} given, 1 to {limits.SlotsMax} expected",
            RequestStatus.LicensorSlotsOutOfRange => $"{outcome.Index} given, 0 or more expected",
            RequestStatus.RetrievalDepthOutOfRange => $"{outcome.Index} given, 0 to {limits.RetrievalDepthMax} expected",
            RequestStatus.TooManyDeniedLicensors => $"{outcome.Index} given, at most {limits.DeniedLicensorsMax} expected",
            RequestStatus.InvalidMarket => "not two letters A to Z",
            RequestStatus.UnknownCohort => $"{outcome.Index} is not a cohort of the campaigns file",
            RequestStatus.QualityLossOutOfRange => "not a number 0 to 1",
            RequestStatus.LosersOutOfRange => $"{outcome.Index} given, 0 or more expected",
            _ => outcome.Status.ToString(),
        };
        return $"{outcome.Status.Field()}: {problem}";
    }
}
