namespace Rubato;

/// <summary>What a request batch keeps of one request; vectors and lists stay where they are and are named by address.</summary>
internal readonly record struct RequestRow
{
    public required RequestKind Kind { get; init; }
    public required PinnedSpan<float> Listener { get; init; }
    public required PinnedSpan<long> Candidates { get; init; }
    public required PinnedSpan<uint> DeniedLicensors { get; init; }
    public required Market Market { get; init; }
    public required bool ExcludeExplicit { get; init; }
    public required bool WantBreakdown { get; init; }
    public required uint Cohort { get; init; }

    /// <summary>Slots wanted; of a SCORE request 0.</summary>
    public required int Slots { get; init; }

    /// <summary>Most slots for one licensor; 0 = no maximum.</summary>
    public required int LicensorSlotsMax { get; init; }

    public required ulong ListenerId { get; init; }

    /// <summary>ε of the slate floor; null = the engine's.</summary>
    public required double? QualityLossMax { get; init; }

    /// <summary>Losers to be listed behind the slate.</summary>
    public required int LosersMax { get; init; }

    /// <summary>Tracks to retrieve by similarity; 0 where the request names its candidates.</summary>
    public required int RetrievalDepth { get; init; }

    /// <summary>Whether some tracks may be held back.</summary>
    public bool HasFilter => !Market.IsNone || ExcludeExplicit || DeniedLicensors.Count > 0;

    /// <summary>Whether the candidates come from a search instead of the request.</summary>
    public bool Searches => RetrievalDepth > 0;
}
