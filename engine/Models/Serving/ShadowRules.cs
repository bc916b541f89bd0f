namespace Rubato;

/// <summary>What a version must show in the shadow of the one in service before it may take a label from it ("shadow" in model.json).</summary>
public sealed record ShadowRules
{
    /// <summary>Share of the runs in service that is repeated, above 0 to 100 %; 10 % finds two hundred samples within minutes on little traffic.</summary>
    public double Percent { get; init; } = 10;

    /// <summary>Samples that decide, 1 to 1,000,000.</summary>
    public int SamplesMin { get; init; } = 200;

    /// <summary>Least mean rank correlation, −1 to 1; a retrained ranker that still knows the same taste stays above 0.9.</summary>
    public double RankCorrelationMin { get; init; } = 0.9;

    /// <summary>Largest difference of a score that 99 % of all rows may show, 0 or more; unbounded by default, because scales differ.</summary>
    public double DifferenceMax { get; init; } = double.PositiveInfinity;

    /// <summary>Largest median time of a run, in those of the version in service, above 0 to 1000.</summary>
    public double LatencyRatioMax { get; init; } = 2;
}
