namespace Rubato;

/// <summary>The part of the candidate and objective columns that belongs to one request.</summary>
internal readonly ref struct CandidateView
{
    private readonly ReadOnlySpan<double> _margin; // empty without a cohort

    public CandidateView(ObjectiveBatch objectives, int request)
    {
        CandidateBatch candidates = objectives.Candidates;
        int start = candidates.Starts[request];
        Count = candidates.Counts[request];
        Rows = candidates.Rows.Slice(start, Count);
        Blocks = candidates.Blocks.Slice(start, Count);
        Relevance = objectives.Relevance.Slice(start, Count);
        if (objectives.Cohorts[request] >= 0) _margin = objectives.Margin.Slice(start, Count);
    }

    public int Count { get; }

    public ReadOnlySpan<int> Rows { get; }

    public ReadOnlySpan<BlockReason> Blocks { get; }

    public ReadOnlySpan<double> Relevance { get; }

    /// <summary>Relevance − floor; 0 without a cohort, whose price is 0 then.</summary>
    public double Margin(int candidate) => _margin.IsEmpty ? 0 : _margin[candidate];
}
