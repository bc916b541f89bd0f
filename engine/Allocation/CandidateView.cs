namespace Rubato;

/// <summary>The part of the candidate and objective columns that belongs to one request.</summary>
internal readonly ref struct CandidateView
{
    public int Count => Rows.Length;

    /// <summary>[candidates] catalogue rows.</summary>
    public required ReadOnlySpan<int> Rows { get; init; }

    /// <summary>[candidates] None, or why the request's filters hold the track back.</summary>
    public required ReadOnlySpan<BlockReason> Blocks { get; init; }

    /// <summary>[candidates] 0 to 1.</summary>
    public required ReadOnlySpan<double> Relevance { get; init; }

    /// <summary>[candidates] relevance − floor; empty without a cohort, whose price is 0 then.</summary>
    public ReadOnlySpan<double> Margins { get; init; }

    public static CandidateView Of(ObjectiveBatch objectives, int request)
    {
        CandidateBatch candidates = objectives.Candidates;
        int start = candidates.Starts[request], count = candidates.Counts[request];
        return new CandidateView
        {
            Rows = candidates.Rows.Slice(start, count),
            Blocks = candidates.Blocks.Slice(start, count),
            Relevance = objectives.Relevance.Slice(start, count),
            Margins = objectives.Cohorts[request] >= 0 ? objectives.Margin.Slice(start, count) : default,
        };
    }

    /// <summary>Relevance − floor; 0 without a cohort.</summary>
    public double Margin(int candidate) => Margins.IsEmpty ? 0 : Margins[candidate];
}
