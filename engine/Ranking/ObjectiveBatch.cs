namespace Rubato;

/// <summary>Objectives of every candidate. Promotional value exists per pair of candidate and campaign: allocation forms it from relevance.</summary>
internal sealed class ObjectiveBatch
{
    private readonly RequestOutcome[] _outcomes;
    private readonly int[] _cohorts;
    private readonly int[] _models;
    private readonly double[] _relevance, _margin;

    public ObjectiveBatch(BatchLimits limits)
    {
        _outcomes = new RequestOutcome[limits.RequestsMax];
        _cohorts = new int[limits.RequestsMax];
        _models = new int[limits.RequestsMax];
        _relevance = new double[Logistic.Padded(limits.BatchCandidatesMax)];
        _margin = new double[limits.BatchCandidatesMax];
    }

    /// <summary>The candidates, whose places the objectives share.</summary>
    public CandidateBatch Candidates { get; private set; } = null!;

    /// <summary>[requests]; ranking refuses requests with unknown cohorts.</summary>
    public Span<RequestOutcome> Outcomes => _outcomes.AsSpan(0, Candidates.Requests.Count);

    /// <summary>[requests] index of the cohort in the campaign set, or −1.</summary>
    public Span<int> Cohorts => _cohorts.AsSpan(0, Candidates.Requests.Count);

    /// <summary>[requests] version of the ranker model that gave the relevance; 0 for none.</summary>
    public Span<int> Models => _models.AsSpan(0, Candidates.Requests.Count);

    /// <summary>[capacity] 0 to 1.</summary>
    public Span<double> Relevance => _relevance;

    /// <summary>[capacity] relevance − floor of the cohort; only requests with a cohort have it.</summary>
    public Span<double> Margin => _margin;

    /// <summary>Starts over with the outcomes of retrieval.</summary>
    public void Begin(CandidateBatch candidates)
    {
        Candidates = candidates;
        candidates.Outcomes.CopyTo(_outcomes);
        Cohorts.Fill(-1);
        Models.Clear();
    }
}
