namespace Rubato;

/// <summary>What allocation knows of the candidates of one request, [candidates] each.</summary>
internal readonly ref struct SlateColumns
{
    /// <summary>Promotion scores; −∞ = may not be given.</summary>
    public required Span<float> Scores { get; init; }

    /// <summary>Campaign that the score stands for, or −1.</summary>
    public required Span<int> Campaigns { get; init; }

    /// <summary>Why there is no campaign, or why the track may not be given.</summary>
    public required Span<BlockReason> Blocks { get; init; }

    /// <summary>What kept a candidate out that could have been given.</summary>
    public required Span<BlockReason> Refusals { get; init; }

    /// <summary>What was reserved for a chosen candidate, where slates are paid for; of others whatever.</summary>
    public required Span<ReservationId> Reservations { get; init; }
}
