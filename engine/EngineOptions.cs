using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Every knob of the engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Catalogue snapshot (.rbt).</summary>
    public required string CataloguePath { get; init; }

    /// <summary>Campaigns file (.json, docs/SCORING.md); null = no campaigns, scores are weighted relevance alone.</summary>
    public string? CampaignsPath { get; init; }

    /// <summary>Price folder of the solver (docs/SCORING.md); null = all prices are zero.</summary>
    public string? PricesPath { get; init; }

    /// <summary>α of relevance = σ(α · score + β), above 0 to 1e6; 1 takes the similarity for a logit until a calibration says better.</summary>
    public double RelevanceSlope { get; init; } = 1;

    /// <summary>β of relevance = σ(α · score + β), −1e6 to 1e6; 0 puts a similarity of 0 at relevance ½.</summary>
    public double RelevanceOffset { get; init; }

    /// <summary>Weight of relevance in the objective, 0 to 1e6; 1 makes relevance the unit of the score.</summary>
    public double RelevanceWeight { get; init; } = 1;

    /// <summary>Weight of promotional value, per currency unit, 0 to 1e6; 1 values one unit of expected worth like certain relevance.</summary>
    public double PromotionWeight { get; init; } = 1;

    /// <summary>
    /// Scan variant forced by name, for tests, bench and operators; named candidates are scored by the variant of the same name where there is
    /// one and by the fastest otherwise. Null takes the fastest that this CPU runs.
    /// </summary>
    public string? Variant { get; init; }

    /// <summary>
    /// Threads of one search, 1 to <see cref="RowSearcher.ThreadsMax"/>; 0 takes one per processor of the process, and fewer where the catalogue
    /// is so small that waking them would take longer. With more than one, the lanes share one pool, and searches run one after the other at full
    /// width; with one, every lane searches on the thread that scores.
    /// </summary>
    public int SearchThreads { get; init; }

    /// <summary>
    /// Keep each search thread on a processor of its own (Linux), true by default, because a scan that is moved loses its cache. Where several
    /// engines share a machine, give each its processors (taskset, cpuset), or turn this off.
    /// </summary>
    public bool PinSearchThreads { get; init; } = true;

    /// <summary>Sizes of requests and batches.</summary>
    public BatchLimits Limits { get; init; } = new();

    /// <summary>Tells which campaigns run; read once per batch. Tests and simulations bring their own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Hears, in one line, why the CPU searches where a device was to: it was lost, or has too little memory. Null = nobody hears; no request fails
    /// in either case.
    /// </summary>
    public Action<string>? DeviceDegraded { get; init; }

    /// <summary>A scan that tests bring along; null picks by <see cref="Variant"/>.</summary>
    internal IScanKernel? Scan { get; init; }

    /// <summary>The options themselves, checked; files are looked at when the engine opens.</summary>
    /// <exception cref="ArgumentException">The catalogue path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public EngineOptions Validated()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CataloguePath);
        OptionRange.Check(RelevanceSlope, double.Epsilon, 1e6, nameof(RelevanceSlope));
        OptionRange.Check(RelevanceOffset, -1e6, 1e6, nameof(RelevanceOffset));
        OptionRange.Check(RelevanceWeight, 0, 1e6, nameof(RelevanceWeight));
        OptionRange.Check(PromotionWeight, 0, 1e6, nameof(PromotionWeight));
        OptionRange.Check(SearchThreads, 0, RowSearcher.ThreadsMax, nameof(SearchThreads));
        Limits.Validated();
        return this;
    }
}
