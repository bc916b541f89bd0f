namespace Rubato;

/// <summary>The ranker model of an engine.</summary>
public sealed partial class Engine
{
    /// <summary>What the ranker model has done; all zero where there is none.</summary>
    public RankerCounters RankerCounters { get; } = new();

    /// <summary>Version of the ranker model that most listeners get; 0 = none.</summary>
    private int RankerVersion => Options.RankerModel is { } model ? Options.Models!.StableVersion(model) : 0;

    /// <summary>For a new lane; null where no model ranks.</summary>
    internal ModelRanker? CreateModelRanker() => Options.RankerModel is { } model ? new ModelRanker(this, Options.Models!, model) : null;

    // From here on no version takes a label that is no ranker for this catalogue.
    private void RequireRanker()
    {
        if (Options.RankerModel is { } model) Options.Models!.Require(model, Problem);

        string? Problem(ModelGeneration generation)
        {
            RankerColumns.TryMap(generation, Catalogue, out string? problem);
            return problem is null ? null : $"no ranker for {Catalogue.Path}: {problem}";
        }
    }
}
