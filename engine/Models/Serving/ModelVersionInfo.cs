namespace Rubato;

/// <summary>One version as the host sees it.</summary>
public sealed class ModelVersionInfo
{
    private readonly DriftReport? _drift;
    private readonly ShadowTrial? _trial;

    internal ModelVersionInfo(int version, IReadOnlyList<string> labels, ModelGeneration? generation, string? refused, DriftReport? drift, ShadowTrial? trial) =>
        (Version, Labels, Generation, Refused, _drift, _trial) = (version, labels, generation, refused, drift, trial);

    /// <summary>The folder.</summary>
    public int Version { get; }

    /// <summary>Labels that stand for it.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What it is in service as, not held: for what it tells about itself only; null where it is not loaded.</summary>
    public ModelGeneration? Generation { get; }

    /// <summary>Why it was refused, or may not take a label; null where nothing is known against it.</summary>
    public string? Refused { get; }

    /// <summary>The last comparison with a version in service, going on or over; null for none.</summary>
    public DriftReport? Drift => _trial?.Report() ?? _drift;
}
