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

    /// <summary>
    /// Folder of the budget ledger (docs/LEDGER.md), created if there is none; null = slates cost nothing, and budgets, caps and pacing do not bind.
    /// Its clock, and whether it has a thread of its own, are the engine's.
    /// </summary>
    public string? LedgerPath { get; init; }

    /// <summary>A ledger that is open already, instead of <see cref="LedgerPath"/>; it stays open when the engine closes. What daily budgets have released is then kept in memory only.</summary>
    public BudgetLedger? Ledger { get; init; }

    /// <summary>Knobs of the ledger in <see cref="LedgerPath"/>.</summary>
    public LedgerOptions LedgerOptions { get; init; } = new();

    /// <summary>Steers the prices of campaigns along their curves, where there is a ledger; null = the prices of <see cref="PricesPath"/> hold.</summary>
    public PacingOptions? Pacing { get; init; }

    /// <summary>
    /// ε of the slate floor, 0 to 1, for requests that do not say: mean relevance that a slate may lose against the best one by relevance alone; 1 =
    /// no floor, because how much a listener may be asked for is not the engine's to decide.
    /// </summary>
    public double QualityLossMax { get; init; } = 1;

    /// <summary>
    /// Bytes of the frequency counters for each length of window, a power of two, 1 KiB to 1 GiB; 16 MiB count 100,000 pairs of listener and
    /// campaign alive in a window with one in a hundred too high.
    /// </summary>
    public int FrequencyBytes { get; init; } = 16 << 20;

    /// <summary>Seconds streamed from which an exposure event settles its reservation instead of releasing it, 0 to 86,400; 30 is when a stream counts.</summary>
    public double ExposureSecondsMin { get; init; } = 30;

    /// <summary>Whether the engine calls <see cref="Engine.Maintain"/> itself, where there is a ledger; false for simulations and tests, which do.</summary>
    public bool Background { get; init; } = true;

    /// <summary>Models in service, of which <see cref="RankerModel"/> names one; stays open when the engine closes. Null = none.</summary>
    public ModelHost? Models { get; init; }

    /// <summary>
    /// Name of the model that gives candidates their relevance; null = none, and relevance is the calibrated similarity, as it is for requests that
    /// the model does not answer.
    /// </summary>
    public string? RankerModel { get; init; }

    /// <summary>Time that the ranker model has for a batch of requests, 1 ms to 1 min; 50 ms is late but still an answer.</summary>
    public TimeSpan RankerTimeMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Sizes of requests and batches.</summary>
    public BatchLimits Limits { get; init; } = new();

    /// <summary>Tells which campaigns run and what day it is; read once per batch. Tests and simulations bring their own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Hears, in one line, why the CPU searches where a device was to: it was lost, or has too little memory. Null = nobody hears; no request fails
    /// in either case.
    /// </summary>
    public Action<string>? DeviceDegraded { get; init; }

    /// <summary>A scan that tests bring along; null picks by <see cref="Variant"/>.</summary>
    internal IScanKernel? Scan { get; init; }

    /// <summary>The options themselves, checked; files are looked at when the engine opens.</summary>
    /// <exception cref="ArgumentException">The catalogue path is empty, there are two ledgers, no pacing policy bears the name, or a ranker model is named without models.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public EngineOptions Validated()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CataloguePath);
        OptionRange.Check(RelevanceSlope, double.Epsilon, 1e6, nameof(RelevanceSlope));
        OptionRange.Check(RelevanceOffset, -1e6, 1e6, nameof(RelevanceOffset));
        OptionRange.Check(RelevanceWeight, 0, 1e6, nameof(RelevanceWeight));
        OptionRange.Check(PromotionWeight, 0, 1e6, nameof(PromotionWeight));
        OptionRange.Check(SearchThreads, 0, RowSearcher.ThreadsMax, nameof(SearchThreads));
        OptionRange.Check(QualityLossMax, 0, 1, nameof(QualityLossMax));
        OptionRange.Check(FrequencyBytes, 1 << 10, 1 << 30, nameof(FrequencyBytes));
        if (!int.IsPow2(FrequencyBytes)) throw new ArgumentOutOfRangeException(nameof(FrequencyBytes), FrequencyBytes, "must be a power of two");
        OptionRange.Check(ExposureSecondsMin, 0, 86_400, nameof(ExposureSecondsMin));
        if (LedgerPath is not null && Ledger is not null) throw new ArgumentException($"{nameof(LedgerPath)} and {nameof(Ledger)}: expected at most one of them");
        LedgerOptions.Validated();
        Pacing?.Validated();
        OptionRange.Check(RankerTimeMax.TotalMilliseconds, 1, 60_000, nameof(RankerTimeMax));
        if (RankerModel is not null && Models is null) throw new ArgumentException($"{nameof(RankerModel)} '{RankerModel}' needs {nameof(Models)}");
        Limits.Validated();
        return this;
    }
}
