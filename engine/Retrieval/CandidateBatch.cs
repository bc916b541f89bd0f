using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Candidates of every request: catalogue rows and their exact similarity to the listener.</summary>
/// <remarks>
/// A request's candidates stand at Starts[request] .. Starts[request] + Counts[request]; places of the columns that belong to no request hold
/// values of earlier batches. Candidates that the caller named keep the caller's order; retrieved ones come best first, ties by lower row.
/// </remarks>
internal sealed class CandidateBatch
{
    private readonly RequestOutcome[] _outcomes;
    private readonly int[] _starts, _counts;
    private readonly int[] _rows;
    private readonly float[] _similarities;
    private readonly BlockReason[] _blocks;

    public CandidateBatch(BatchLimits limits)
    {
        Limits = limits;
        _outcomes = new RequestOutcome[limits.RequestsMax];
        _starts = new int[limits.RequestsMax];
        _counts = new int[limits.RequestsMax];
        _rows = new int[limits.BatchCandidatesMax];
        _similarities = new float[Logistic.Padded(limits.BatchCandidatesMax)];
        _blocks = new BlockReason[limits.BatchCandidatesMax];
    }

    public BatchLimits Limits { get; }

    /// <summary>The requests, which later stages need for their settings.</summary>
    public RequestBatch Requests { get; private set; } = null!;

    /// <summary>What the searches by similarity did. Those among promoted tracks do not count: where few are promoted, every one is re-scored.</summary>
    public ScanStatistics Search { get; set; }

    /// <summary>Places in use, with those between requests.</summary>
    public int Used { get; private set; }

    /// <summary>[requests]; retrieval refuses requests with unknown tracks.</summary>
    public Span<RequestOutcome> Outcomes => _outcomes.AsSpan(0, Requests.Count);

    /// <summary>[requests]</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Requests.Count);

    /// <summary>[requests]; 0 for refused requests.</summary>
    public ReadOnlySpan<int> Counts => _counts.AsSpan(0, Requests.Count);

    /// <summary>[used] catalogue rows.</summary>
    public Span<int> Rows => _rows.AsSpan(0, Used);

    /// <summary>[used] the score of DESIGN §2: fp32, never NaN, ±∞ where the sum lies outside the range of fp32.</summary>
    public Span<float> Similarities => _similarities.AsSpan(0, Used);

    /// <summary>The same, to the end of the last vector.</summary>
    public ReadOnlySpan<float> SimilaritiesPadded => _similarities.AsSpan(0, Logistic.Padded(Used));

    /// <summary>[used] None, or why the request's filters hold the track back.</summary>
    public Span<BlockReason> Blocks => _blocks.AsSpan(0, Used);

    /// <summary>Starts over: every request has its outcome and no candidates.</summary>
    public void Begin(RequestBatch requests)
    {
        Requests = requests;
        Used = 0;
        Search = default;
        requests.Outcomes.CopyTo(_outcomes);
        _counts.AsSpan(0, requests.Count).Clear();
    }

    /// <summary>Gives a request its places and returns the first.</summary>
    public int Reserve(int request, int count)
    {
        int start = Used;
        _starts[request] = start;
        _counts[request] = count;
        Used += count;
        return start;
    }

    /// <summary>Gives up the end of a request's places.</summary>
    public void Shorten(int request, int count) => _counts[request] = count;

    /// <summary>Refuses a request.</summary>
    public void Refuse(int request, RequestStatus status, long index)
    {
        _outcomes[request] = new RequestOutcome(status, index);
        _counts[request] = 0;
    }
}
