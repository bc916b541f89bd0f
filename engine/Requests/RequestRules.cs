using Rubato.Kernels;

namespace Rubato;

/// <summary>What a request can be refused for without looking into catalogue or campaigns.</summary>
internal static class RequestRules
{
    /// <summary>The first rule that the request breaks, or Ok.</summary>
    public static RequestOutcome Check(RequestKind kind, int dimension, BatchLimits limits,
        ReadOnlySpan<float> listener, int candidateCount, in SlateSettings slate, in RequestSettings settings)
    {
        if (listener.Length != dimension) return new(RequestStatus.WrongDimension, listener.Length);
        int bad = FiniteCheck.FirstNonFinite(listener);
        if (bad >= 0) return new(RequestStatus.ListenerNotFinite, bad);
        if (candidateCount > limits.CandidatesMax) return new(RequestStatus.TooManyCandidates, candidateCount);
        if (settings.DeniedLicensors.Length > limits.DeniedLicensorsMax)
            return new(RequestStatus.TooManyDeniedLicensors, settings.DeniedLicensors.Length);
        if (!settings.Market.IsNone && !settings.Market.IsCode) return new(RequestStatus.InvalidMarket, -1);
        if (kind == RequestKind.Score) return candidateCount > 0 ? RequestOutcome.Ok : new(RequestStatus.NoCandidates, -1);
        if (slate.Slots < 1 || slate.Slots > limits.SlotsMax) return new(RequestStatus.SlotsOutOfRange, slate.Slots);
        if (slate.LicensorSlotsMax < 0) return new(RequestStatus.LicensorSlotsOutOfRange, slate.LicensorSlotsMax);
        if (slate.RetrievalDepth < 0 || slate.RetrievalDepth > limits.RetrievalDepthMax)
            return new(RequestStatus.RetrievalDepthOutOfRange, slate.RetrievalDepth);
        if (slate.QualityLossMax is { } loss && !(loss is >= 0 and <= 1)) return new(RequestStatus.QualityLossOutOfRange, -1);
        return slate.LosersMax >= 0 && slate.LosersMax <= limits.LosersMax ? RequestOutcome.Ok : new(RequestStatus.LosersOutOfRange, slate.LosersMax);
    }

    /// <summary>Tracks to retrieve by similarity, never fewer than the slots; 0 where candidates are given.</summary>
    public static int RetrievalDepth(BatchLimits limits, int candidateCount, in SlateSettings slate) => candidateCount > 0 ? 0
        : Math.Max(slate.Slots, slate.RetrievalDepth > 0 ? slate.RetrievalDepth : limits.RetrievalDepth);

    /// <summary>Places that a request takes in the candidate columns: for the candidates given, or for the tracks to retrieve.</summary>
    public static int CandidatePlaces(BatchLimits limits, int candidateCount, in SlateSettings slate) =>
        candidateCount > 0 ? candidateCount : RetrievalDepth(limits, candidateCount, slate) + limits.PromotedDepth;
}
