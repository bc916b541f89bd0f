namespace Rubato;

/// <summary>The files that a catalogue is built from.</summary>
public sealed record CatalogueSources
{
    /// <summary>Track vectors: .npy f4 or f2 [rows, dimension], finite.</summary>
    public required string VectorsPath { get; init; }

    /// <summary>Track ids: .npy i8 [rows], unique, 0 or more; null numbers the tracks 0 to rows − 1.</summary>
    public string? TrackIdsPath { get; init; }

    /// <summary>Attributes: one JSON object per line and row; null: no licensor, available everywhere, not explicit, release day unknown.</summary>
    public string? AttributesPath { get; init; }

    /// <summary>Creation time written into the file, from 1970 on, in whole microseconds; null takes the clock.</summary>
    public DateTimeOffset? Created { get; init; }
}
