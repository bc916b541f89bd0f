using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Answers in columns, in the order of the requests; made once and reused, overwritten by every batch.</summary>
/// <remarks>
/// A SCORE request is answered with one entry per candidate, in the order of its candidates; a RECOMMEND request with one entry per filled
/// slot, best first, and behind the slate the losers that it wants explained; a refused request with none. Spans are valid until the batch is scored into again. Not safe for concurrent use.
/// </remarks>
public sealed class ResponseBatch
{
    /// <summary>Number of members of <see cref="BreakdownTerm"/>.</summary>
    public const int TermCount = 6;

    private readonly RequestOutcome[] _outcomes;
    private readonly bool[] _hasBreakdown;
    private readonly int[] _models;
    private readonly int[] _starts, _counts;
    private readonly long[] _trackIds;
    private readonly float[] _scores;
    private readonly uint[] _campaignIds;
    private readonly BlockReason[] _blocks;
    private readonly double[] _terms;
    private readonly ReservationId[] _reservations;
    private readonly FrequencyTaken[] _taken;
    private readonly int[] _slotCounts;
    private int _entryCount;

    /// <param name="limits">sizes of the batch: the same as those of the requests</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit lies outside its range.</exception>
    public ResponseBatch(BatchLimits limits)
    {
        Limits = limits.Validated();
        int requests = limits.RequestsMax, entries = limits.BatchCandidatesMax;
        _outcomes = new RequestOutcome[requests];
        _hasBreakdown = new bool[requests];
        _models = new int[requests];
        _starts = new int[requests];
        _counts = new int[requests];
        _trackIds = new long[entries];
        _scores = new float[entries];
        _campaignIds = new uint[entries];
        _blocks = new BlockReason[entries];
        _terms = new double[(long)entries * TermCount];
        _reservations = new ReservationId[entries];
        _taken = new FrequencyTaken[entries];
        _slotCounts = new int[requests];
    }

    /// <summary>Sizes of the batch.</summary>
    public BatchLimits Limits { get; }

    /// <summary>Requests answered.</summary>
    public int Count { get; private set; }

    /// <summary>Snapshots that the answers were computed from; the model is that of most listeners.</summary>
    public EngineGenerations Generations { get; internal set; }

    /// <summary>Snapshots that one request's answer was computed from: with a canary, or where the model did not answer, not all have the same.</summary>
    public EngineGenerations GenerationsOf(int request) => Generations with { Model = _models[Checked(request)] };

    /// <summary>Time spent per stage.</summary>
    public StageTicks Ticks { get; internal set; }

    /// <summary>What allocation gave and refused.</summary>
    public SlateCounts Slates { get; internal set; }

    /// <summary>Whether slates are paid for from a ledger.</summary>
    public bool HasReservations { get; internal set; }

    /// <summary>The campaigns that the batch was computed with, and where its deliveries were counted.</summary>
    internal LiveCampaigns? Live { get; set; }

    internal CampaignTally? Tally { get; set; }

    /// <summary>Where each entry was counted against a frequency cap; defined for RECOMMEND requests.</summary>
    internal ReadOnlySpan<FrequencyTaken> Taken(int request) => Entries(_taken, request);

    /// <summary>What the searches of the batch did, without those among promoted tracks.</summary>
    public ScanStatistics Search { get; internal set; }

    /// <summary>How each request ended, [requests].</summary>
    public ReadOnlySpan<RequestOutcome> Outcomes => _outcomes.AsSpan(0, Count);

    /// <summary>Track ids of a request's entries.</summary>
    public ReadOnlySpan<long> TrackIds(int request) => Entries(_trackIds, request);

    /// <summary>Promotion scores of a request's entries, in units of the weighted objective; −∞ = may not be given, never NaN.</summary>
    public ReadOnlySpan<float> Scores(int request) => Entries(_scores, request);

    /// <summary>Campaigns that the scores stand for; 0 = none.</summary>
    public ReadOnlySpan<uint> CampaignIds(int request) => Entries(_campaignIds, request);

    /// <summary>Why an entry has no campaign, or may not be given.</summary>
    public ReadOnlySpan<BlockReason> Blocks(int request) => Entries(_blocks, request);

    /// <summary>
    /// What was reserved for each entry, to be settled or released by an exposure event; the default value where nothing was: no campaign, a
    /// delivery that costs nothing, a SCORE request, or no ledger.
    /// </summary>
    public ReadOnlySpan<ReservationId> Reservations(int request) => Entries(_reservations, request);

    /// <summary>Entries that are the slate of a RECOMMEND request; those behind are losers. Of other requests 0.</summary>
    public int SlotCount(int request) => _slotCounts[Checked(request)];

    /// <summary>Whether the request asked for the terms of its scores.</summary>
    public bool HasBreakdown(int request) => _hasBreakdown[Checked(request)];

    /// <summary>
    /// One term of every score of a request that asked for them. Summed in double in the order of <see cref="BreakdownTerm"/> and rounded to
    /// fp32 the terms are the score, to the bit; entries that may not be given have zeros.
    /// </summary>
    /// <exception cref="InvalidOperationException">The request did not ask for the breakdown.</exception>
    public ReadOnlySpan<double> Terms(int request, BreakdownTerm term)
    {
        if (!HasBreakdown(request)) throw new InvalidOperationException($"request {request} did not ask for the breakdown");
        return _terms.AsSpan((int)term * Limits.BatchCandidatesMax + _starts[request], _counts[request]);
    }

    /// <summary>Takes over which model gave each request's relevance.</summary>
    internal void SetModels(ReadOnlySpan<int> models) => models.CopyTo(_models);

    /// <summary>Starts over for a batch of the given number of requests.</summary>
    internal void Begin(int requests)
    {
        Count = requests;
        Slates = default;
        _entryCount = 0;
    }

    /// <summary>Counts what allocation did for a request.</summary>
    internal void Add(in SlateCounts counts)
    {
        SlateCounts sum = Slates;
        sum.Add(counts);
        Slates = sum;
    }

    /// <summary>Opens the entries of a request; they follow those of the request opened before.</summary>
    internal ResponseEntries Open(int request, RequestOutcome outcome, int entries, bool withBreakdown, int slots = 0)
    {
        _slotCounts[request] = slots;
        _outcomes[request] = outcome;
        _starts[request] = _entryCount;
        _counts[request] = entries;
        _hasBreakdown[request] = withBreakdown && outcome.IsOk;
        int start = _entryCount;
        _entryCount += entries;
        return new ResponseEntries
        {
            TrackIds = _trackIds.AsSpan(start, entries),
            Scores = _scores.AsSpan(start, entries),
            CampaignIds = _campaignIds.AsSpan(start, entries),
            Blocks = _blocks.AsSpan(start, entries),
            Reservations = _reservations.AsSpan(start, entries),
            Taken = _taken.AsSpan(start, entries),
            Terms = _hasBreakdown[request] ? _terms.AsSpan(start) : default,
            TermStride = Limits.BatchCandidatesMax,
        };
    }

    private ReadOnlySpan<T> Entries<T>(T[] column, int request) => column.AsSpan(_starts[Checked(request)], _counts[request]);

    private int Checked(int request) => (uint)request < (uint)Count ? request
        : throw new ArgumentOutOfRangeException(nameof(request), request, $"the batch holds {Count} requests");
}
