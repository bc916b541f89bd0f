namespace Rubato;

/// <summary>The part of the response columns that belongs to one request, open for writing.</summary>
internal readonly ref struct ResponseEntries
{
    public required Span<long> TrackIds { get; init; }
    public required Span<float> Scores { get; init; }
    public required Span<uint> CampaignIds { get; init; }
    public required Span<BlockReason> Blocks { get; init; }
    public required Span<ReservationId> Reservations { get; init; }

    /// <summary>Six columns, <see cref="TermStride"/> apart; empty where no breakdown is wanted.</summary>
    public required Span<double> Terms { get; init; }

    public required int TermStride { get; init; }

    /// <summary>Whether the breakdown is wanted.</summary>
    public bool HasTerms => !Terms.IsEmpty;

    /// <summary>Writes the terms of an entry, where they are wanted.</summary>
    public void SetTerms(int entry, in ScoreTerms terms)
    {
        if (!HasTerms) return;
        Terms[(int)BreakdownTerm.Relevance * TermStride + entry] = terms.Relevance;
        Terms[(int)BreakdownTerm.Promotion * TermStride + entry] = terms.Promotion;
        Terms[(int)BreakdownTerm.Budget * TermStride + entry] = terms.Budget;
        Terms[(int)BreakdownTerm.Promise * TermStride + entry] = terms.Promise;
        Terms[(int)BreakdownTerm.Licensor * TermStride + entry] = terms.Licensor;
        Terms[(int)BreakdownTerm.Cohort * TermStride + entry] = terms.Cohort;
    }
}
