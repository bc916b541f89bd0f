namespace Rubato;

/// <summary>labels.json of a model (docs/MODELS.md): which version each label stands for.</summary>
public sealed record ModelLabels
{
    /// <summary>The label that requests mean that name none.</summary>
    public const string Stable = "stable";

    /// <summary>The label that a share of those listeners gets instead.</summary>
    public const string Canary = "canary";

    /// <summary>No labels.</summary>
    public static ModelLabels None { get; } = new();

    /// <summary>Labels and their versions.</summary>
    public IReadOnlyDictionary<string, int> Versions { get; init; } = new Dictionary<string, int>();

    /// <summary>Labels that stay where they are whatever a newer version asks for in its model.json.</summary>
    public IReadOnlyList<string> Pinned { get; init; } = [];

    /// <summary>Share of the listeners that get canary, 0 to 100 %.</summary>
    public double CanaryPercent { get; init; }
}
