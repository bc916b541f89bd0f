namespace Rubato;

/// <summary>How large requests and batches may be. Every batch is allocated to these sizes once and reused.</summary>
public sealed record BatchLimits
{
    /// <summary>Requests per batch, 1 to 65,536; 256 is more than a busy server's connections queue up while one batch runs.</summary>
    public int RequestsMax { get; init; } = 256;

    /// <summary>Candidates per request, 1 to 65,536; 4,096 is what callers rank at most, and 32 KiB of ids in a frame.</summary>
    public int CandidatesMax { get; init; } = 4096;

    /// <summary>
    /// Candidates of all requests of a batch, at least those that one request may name or retrieve, promoted ones included, to 2²⁴; 20,480 are those
    /// of 64 searches that say no depth, a server's largest batch. A lane holds about 130 bytes for each.
    /// </summary>
    public int BatchCandidatesMax { get; init; } = 20_480;

    /// <summary>Slots per slate, 1 to 4,096; 256 is a long page.</summary>
    public int SlotsMax { get; init; } = 256;

    /// <summary>Tracks retrieved per RECOMMEND request that does not say, 1 to RetrievalDepthMax; 256 leaves allocation a choice at 10 µs.</summary>
    public int RetrievalDepth { get; init; } = 256;

    /// <summary>Tracks retrieved per RECOMMEND request at most, SlotsMax to 4,096, the most that a scan kernel keeps.</summary>
    public int RetrievalDepthMax { get; init; } = 4096;

    /// <summary>
    /// Promoted tracks retrieved besides these, 0 to 4,096: the most similar ones of the campaigns that may give to the listener, however many
    /// other tracks are more similar. 64 is a page and its alternatives; 0 = none.
    /// </summary>
    public int PromotedDepth { get; init; } = 64;

    /// <summary>Denied licensors per request, 0 to 4,096; 64 keeps the list shorter than the listener's vector.</summary>
    public int DeniedLicensorsMax { get; init; } = 64;

    /// <summary>Losers listed per request, 0 to 65,535; 256 explain a page, and with as many slots the answer still fits one send buffer.</summary>
    public int LosersMax { get; init; } = 256;

    /// <summary>Most candidates of one request, named or retrieved.</summary>
    internal int RequestCandidatesMax => Math.Max(CandidatesMax, RetrievalDepthMax + PromotedDepth);

    /// <summary>The limits themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit lies outside its documented range.</exception>
    public BatchLimits Validated()
    {
        OptionRange.Check(RequestsMax, 1, 65_536, nameof(RequestsMax));
        OptionRange.Check(CandidatesMax, 1, 65_536, nameof(CandidatesMax));
        OptionRange.Check(SlotsMax, 1, 4096, nameof(SlotsMax));
        OptionRange.Check(RetrievalDepthMax, SlotsMax, 4096, nameof(RetrievalDepthMax));
        OptionRange.Check(RetrievalDepth, 1, RetrievalDepthMax, nameof(RetrievalDepth));
        OptionRange.Check(PromotedDepth, 0, 4096, nameof(PromotedDepth));
        OptionRange.Check(BatchCandidatesMax, RequestCandidatesMax, 1 << 24, nameof(BatchCandidatesMax));
        OptionRange.Check(DeniedLicensorsMax, 0, 4096, nameof(DeniedLicensorsMax));
        OptionRange.Check(LosersMax, 0, 65_535, nameof(LosersMax));
        return this;
    }
}
