namespace Rubato;

/// <summary>How an allocation problem is made of a catalogue, listeners and campaigns.</summary>
public sealed record CatalogueAllocationOptions
{
    /// <summary>Promoted tracks considered per listener, the most similar ones, 1 to 4,096; 64 leave a listener a choice of campaigns.</summary>
    public int CandidateCount { get; init; } = 64;

    /// <summary>Slots of every listener, 0 to 1,000,000.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>α of relevance = σ(α · score + β), above 0 to 1e6.</summary>
    public double RelevanceSlope { get; init; } = 1;

    /// <summary>β of relevance = σ(α · score + β), −1e6 to 1e6.</summary>
    public double RelevanceOffset { get; init; }

    /// <summary>Weight of relevance in the objective, 0 to 1e6.</summary>
    public double RelevanceWeight { get; init; } = 1;

    /// <summary>Weight of promotional value, per currency unit, 0 to 1e6.</summary>
    public double PromotionWeight { get; init; } = 1;

    /// <summary>Market of the listeners; none leaves campaigns that are limited to markets out.</summary>
    public Market Market { get; init; }

    /// <summary>Instant at which campaigns must be running, UTC.</summary>
    public DateTime Now { get; init; } = DateTime.UtcNow;

    /// <summary>Threads of the search, 1 to 64.</summary>
    public int Threads { get; init; } = 1;

    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public CatalogueAllocationOptions Validated()
    {
        OptionRange.Check(CandidateCount, 1, Kernels.Similarity.ScanRequest.KMax, nameof(CandidateCount));
        OptionRange.Check(Slots, 0, 1_000_000, nameof(Slots));
        OptionRange.Check(RelevanceSlope, double.Epsilon, 1e6, nameof(RelevanceSlope));
        OptionRange.Check(RelevanceOffset, -1e6, 1e6, nameof(RelevanceOffset));
        OptionRange.Check(RelevanceWeight, 0, 1e6, nameof(RelevanceWeight));
        OptionRange.Check(PromotionWeight, 0, 1e6, nameof(PromotionWeight));
        OptionRange.Check(Threads, 1, RowSearcher.ThreadsMax, nameof(Threads));
        return this;
    }
}
