namespace Rubato.Wire;

/// <summary>The arrays of a <see cref="ScoresReply"/> being written; shapes as there.</summary>
public readonly ref struct ScoresReplyParts
{
    /// <summary>[count] or empty.</summary>
    public required Span<long> Tracks { get; init; }

    /// <summary>[count].</summary>
    public required Span<float> Scores { get; init; }

    /// <summary>[count] or empty.</summary>
    public required Span<uint> Campaigns { get; init; }

    /// <summary>[count] or empty.</summary>
    public required Span<byte> Blocks { get; init; }

    /// <summary>[6, count] or empty.</summary>
    public required Span<double> Terms { get; init; }

    /// <summary>[count] or empty.</summary>
    public required Span<Reservation> Reservations { get; init; }
}
