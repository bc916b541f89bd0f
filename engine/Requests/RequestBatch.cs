namespace Rubato;

/// <summary>Requests in columns, in the order in which they were added; made once, filled, scored, cleared and filled again.</summary>
/// <remarks>
/// A request with bad data is added with its status and does not disturb the others; only a full batch refuses a request.
/// Nothing is allocated after construction. Not safe for concurrent use.
/// </remarks>
public sealed class RequestBatch
{
    private readonly RequestRow[] _rows;
    private readonly RequestOutcome[] _outcomes;
    private readonly PinnedColumn<float> _listeners;
    private readonly PinnedColumn<long> _candidates;
    private readonly PinnedColumn<uint> _deniedLicensors;

    /// <param name="dimension">values per listener vector: the catalogue's dimension</param>
    /// <param name="limits">sizes of the batch and of each request</param>
    /// <exception cref="ArgumentOutOfRangeException">dimension is not positive, or a limit lies outside its range.</exception>
    public RequestBatch(int dimension, BatchLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        Limits = limits.Validated();
        _rows = new RequestRow[limits.RequestsMax];
        _outcomes = new RequestOutcome[limits.RequestsMax];
        _listeners = new(limits.RequestsMax * dimension);
        _candidates = new(limits.BatchCandidatesMax);
        _deniedLicensors = new(limits.RequestsMax * limits.DeniedLicensorsMax);
    }

    /// <summary>Values per listener vector.</summary>
    public int Dimension { get; }

    /// <summary>Sizes of the batch and of each request.</summary>
    public BatchLimits Limits { get; }

    /// <summary>Requests in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Places taken in the candidate columns, at most <see cref="BatchLimits.BatchCandidatesMax"/>.</summary>
    public int CandidateCount { get; private set; }

    /// <summary>How the requests fared when they were added, [requests].</summary>
    public ReadOnlySpan<RequestOutcome> Outcomes => _outcomes.AsSpan(0, Count);

    internal ReadOnlySpan<RequestRow> Rows => _rows.AsSpan(0, Count);

    /// <summary>Adds a SCORE request; everything is copied.</summary>
    /// <param name="listener">[dimension], finite</param>
    /// <param name="candidates">[1 to CandidatesMax] track ids of the catalogue, repeats allowed</param>
    /// <param name="settings">filters, cohort, breakdown</param>
    /// <returns>the request's index in this batch and in the response; −1 where the batch is full and nothing was added</returns>
    public int AddScore(ReadOnlySpan<float> listener, ReadOnlySpan<long> candidates, in RequestSettings settings) =>
        AddCopied(RequestKind.Score, listener, candidates, default, settings);

    /// <summary>Adds a SCORE request whose vector and candidates are read where they lie, until <see cref="Clear"/>.</summary>
    /// <inheritdoc cref="AddScore(ReadOnlySpan{float}, ReadOnlySpan{long}, in RequestSettings)"/>
    public int AddScore(PinnedSpan<float> listener, PinnedSpan<long> candidates, in RequestSettings settings) =>
        AddPinned(RequestKind.Score, listener, candidates, default, settings);

    /// <summary>Adds a RECOMMEND request; everything is copied.</summary>
    /// <param name="listener">[dimension], finite</param>
    /// <param name="slate">slots wanted, their limits, and losers to be explained</param>
    /// <param name="settings">filters, cohort, breakdown</param>
    /// <param name="candidates">[0 to CandidatesMax] track ids to choose from; empty = the whole catalogue, by similarity</param>
    /// <returns>the request's index in this batch and in the response; −1 where the batch is full and nothing was added</returns>
    public int AddRecommend(ReadOnlySpan<float> listener, in SlateSettings slate, in RequestSettings settings,
        ReadOnlySpan<long> candidates = default) => AddCopied(RequestKind.Recommend, listener, candidates, slate, settings);

    /// <summary>Adds a RECOMMEND request whose vector and candidates are read where they lie, until <see cref="Clear"/>.</summary>
    /// <inheritdoc cref="AddRecommend(ReadOnlySpan{float}, in SlateSettings, in RequestSettings, ReadOnlySpan{long})"/>
    public int AddRecommend(PinnedSpan<float> listener, in SlateSettings slate, in RequestSettings settings,
        PinnedSpan<long> candidates = default) => AddPinned(RequestKind.Recommend, listener, candidates, slate, settings);

    /// <summary>Empties the batch and ends the borrowing of pinned memory.</summary>
    public void Clear()
    {
        Count = CandidateCount = 0;
        _listeners.Clear();
        _candidates.Clear();
        _deniedLicensors.Clear();
    }

    private int AddCopied(RequestKind kind, ReadOnlySpan<float> listener, ReadOnlySpan<long> candidates,
        in SlateSettings slate, in RequestSettings settings)
    {
        RequestOutcome outcome = RequestRules.Check(kind, Dimension, Limits, listener, candidates.Length, slate, settings);
        if (!outcome.IsOk) return Refuse(kind, outcome);
        return HasRoom(candidates.Length, slate) ? Append(kind, _listeners.Append(listener), _candidates.Append(candidates), slate, settings) : -1;
    }

    private int AddPinned(RequestKind kind, PinnedSpan<float> listener, PinnedSpan<long> candidates,
        in SlateSettings slate, in RequestSettings settings)
    {
        RequestOutcome outcome = RequestRules.Check(kind, Dimension, Limits, listener.Span, candidates.Count, slate, settings);
        if (!outcome.IsOk) return Refuse(kind, outcome);
        return HasRoom(candidates.Count, slate) ? Append(kind, listener, candidates, slate, settings) : -1;
    }

    private bool HasRoom(int candidates, in SlateSettings slate) =>
        Count < _rows.Length && RequestRules.CandidatePlaces(Limits, candidates, slate) <= Limits.BatchCandidatesMax - CandidateCount;

    private int Append(RequestKind kind, PinnedSpan<float> listener, PinnedSpan<long> candidates,
        in SlateSettings slate, in RequestSettings settings)
    {
        _outcomes[Count] = RequestOutcome.Ok;
        _rows[Count] = new RequestRow
        {
            Kind = kind, Listener = listener, Candidates = candidates,
            DeniedLicensors = _deniedLicensors.Append(settings.DeniedLicensors),
            Market = settings.Market, ExcludeExplicit = settings.ExcludeExplicit,
            WantBreakdown = settings.WantBreakdown, Cohort = settings.Cohort,
            Slots = slate.Slots, LicensorSlotsMax = slate.LicensorSlotsMax, RetrievalDepth = RequestRules.RetrievalDepth(Limits, candidates.Count, slate),
            ListenerId = settings.ListenerId, QualityLossMax = slate.QualityLossMax, LosersMax = slate.LosersMax,
        };
        CandidateCount += RequestRules.CandidatePlaces(Limits, candidates.Count, slate);
        return Count++;
    }

    private int Refuse(RequestKind kind, RequestOutcome outcome)
    {
        if (Count == _rows.Length) return -1;
        _outcomes[Count] = outcome;
        _rows[Count] = default(RequestRow) with { Kind = kind };
        return Count++;
    }
}
