using System.Globalization;
using Rubato.Kernels.Similarity;

namespace Rubato.Server;

/// <summary>The configuration keys: the one list behind loading, checking, errors and <c>serve --help</c>.</summary>
internal static class Settings
{
    public static readonly Setting[] All =
    [
        Setting.Address("Server:Listen", optional: false, o => o.Listen, (o, v) => o.Listen = v!),
        Setting.Address("Server:Admin", optional: true, o => o.Admin, (o, v) => o.Admin = v),
        Setting.Address("Server:KServe", optional: true, o => o.KServe, (o, v) => o.KServe = v),
        Setting.Flag("Server:Insecure", o => o.Insecure, (o, v) => o.Insecure = v),
        Setting.Whole("Server:RecommendLanes", 1, 64, o => o.RecommendLanes, (o, v) => o.RecommendLanes = v),
        Setting.Text("Data:Catalogue", "the path of a snapshot (.rbt)", o => o.Engine.CataloguePath, (o, v) => o.Engine = o.Engine with { CataloguePath = v }),
        Setting.Text("Data:Campaigns", "the path of a campaigns file (.json)", o => o.Engine.CampaignsPath, (o, v) => o.Engine = o.Engine with { CampaignsPath = v }),
        Setting.Text("Data:Prices", "the path of a price folder", o => o.Engine.PricesPath, (o, v) => o.Engine = o.Engine with { PricesPath = v }),
        Setting.Text("Data:Models", "the path of a model repository", o => o.ModelsPath, (o, v) => o.ModelsPath = v),
        Setting.Flag("Data:WatchCampaigns", o => o.WatchCampaigns, (o, v) => o.WatchCampaigns = v),
        Setting.Number("Scoring:RelevanceSlope", 1e-9, 1e6, o => o.Engine.RelevanceSlope, (o, v) => o.Engine = o.Engine with { RelevanceSlope = v }),
        Setting.Number("Scoring:RelevanceOffset", -1e6, 1e6, o => o.Engine.RelevanceOffset, (o, v) => o.Engine = o.Engine with { RelevanceOffset = v }),
        Setting.Number("Scoring:RelevanceWeight", 0, 1e6, o => o.Engine.RelevanceWeight, (o, v) => o.Engine = o.Engine with { RelevanceWeight = v }),
        Setting.Number("Scoring:PromotionWeight", 0, 1e6, o => o.Engine.PromotionWeight, (o, v) => o.Engine = o.Engine with { PromotionWeight = v }),
        Setting.Name("Scoring:Variant", ScanKernels.Names, o => o.Engine.Variant ?? "the fastest", (o, v) => o.Engine = o.Engine with { Variant = v }),
        Setting.Whole("Scoring:SearchThreads", 0, RowSearcher.ThreadsMax, o => o.Engine.SearchThreads, (o, v) => o.Engine = o.Engine with { SearchThreads = v }),
        Setting.Flag("Scoring:PinSearchThreads", o => o.Engine.PinSearchThreads, (o, v) => o.Engine = o.Engine with { PinSearchThreads = v }),
        Setting.Text("Ledger:Path", "the path of a folder", o => o.Engine.LedgerPath, (o, v) => o.Engine = o.Engine with { LedgerPath = v }),
        Setting.Name("Ledger:Durability", ["none", "journalled", "fsynced"], o => o.Durability.ToString().ToLowerInvariant(),
            (o, v) => o.Durability = Enum.Parse<LedgerDurability>(v, ignoreCase: true)),
        Setting.Number("Ledger:LeaseFraction", 1e-6, 1, o => o.Engine.LedgerOptions.LeaseFraction, (o, v) => WithLedger(o, o.Engine.LedgerOptions with { LeaseFraction = v })),
        Setting.Whole("Ledger:LeaseSecondsMax", 1, 86_400, o => o.Engine.LedgerOptions.LeaseSecondsMax,
            (o, v) => WithLedger(o, o.Engine.LedgerOptions with { LeaseSecondsMax = v })),
        Setting.Whole("Ledger:ReservationSeconds", 1, 604_800, o => o.Engine.LedgerOptions.ReservationSeconds,
            (o, v) => WithLedger(o, o.Engine.LedgerOptions with { ReservationSeconds = v })),
        Setting.Flag("Ledger:ForfeitRecoveredLeases", o => o.Engine.LedgerOptions.ForfeitRecoveredLeases,
            (o, v) => WithLedger(o, o.Engine.LedgerOptions with { ForfeitRecoveredLeases = v })),
        Setting.Name("Pacing:Policy", [.. PacingPolicies.Names, "none"], o => o.Engine.Pacing?.Policy ?? "none", (o, v) =>
            o.Engine = o.Engine with { Pacing = v == "none" ? null : (o.Engine.Pacing ?? new PacingOptions()) with { Policy = v } }),
        Setting.Whole("Pacing:IntervalMillis", 10, 3_600_000, o => (o.Engine.Pacing ?? new PacingOptions()).IntervalMillis, (o, v) =>
            o.Engine = o.Engine with { Pacing = o.Engine.Pacing is { } pacing ? pacing with { IntervalMillis = v } : null }),
        Setting.Number("Allocation:QualityLossMax", 0, 1, o => o.Engine.QualityLossMax, (o, v) => o.Engine = o.Engine with { QualityLossMax = v }),
        Setting.Number("Allocation:ExposureSecondsMin", 0, 86_400, o => o.Engine.ExposureSecondsMin, (o, v) => o.Engine = o.Engine with { ExposureSecondsMin = v }),
        new("Allocation:FrequencyBytes", "a power of two, 1024 to 1073741824", o => o.Engine.FrequencyBytes.ToString(CultureInfo.InvariantCulture),
            (o, v) => o.Engine = o.Engine with
            {
                FrequencyBytes = int.TryParse(v, out int bytes) && bytes is >= 1 << 10 and <= 1 << 30 && int.IsPow2(bytes) ? bytes : throw new FormatException(),
            }),
        Setting.Text("Models:Ranker", "the name of a model", o => o.Models.Ranker, (o, v) => o.Models.Ranker = v),
        Setting.Whole("Models:RankerMillisecondsMax", 1, 60_000, o => o.Models.RankerMillisecondsMax, (o, v) => o.Models.RankerMillisecondsMax = v),
        Setting.Whole("Models:Threads", 0, ModelRuntimeOptions.ThreadsMax, o => o.Models.Threads, (o, v) => o.Models.Threads = v),
        Setting.Whole("Models:MemoryMegabytesMax", 1, 1 << 24, o => o.Models.MemoryMegabytesMax, (o, v) => o.Models.MemoryMegabytesMax = v),
        new("Models:PollMilliseconds", "a whole number, 50 to 86400000, or 0", o => o.Models.PollMilliseconds.ToString(CultureInfo.InvariantCulture),
            (o, v) => o.Models.PollMilliseconds = int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && value is 0 or >= 50 and <= 86_400_000 ? value : throw new FormatException()),
        Setting.Whole("Limits:CandidatesMax", 1, 65_536, o => o.Engine.Limits.CandidatesMax, (o, v) => WithLimits(o, o.Engine.Limits with
        {
            CandidatesMax = v, BatchCandidatesMax = Math.Max(v, o.Engine.Limits.BatchCandidatesMax), // a batch holds at least one request
        })),
        Setting.Whole("Limits:SlotsMax", 1, 4096, o => o.Engine.Limits.SlotsMax, (o, v) => WithLimits(o, o.Engine.Limits with { SlotsMax = v })),
        Setting.Whole("Limits:RetrievalDepth", 1, 4096, o => o.Engine.Limits.RetrievalDepth, (o, v) => WithLimits(o, o.Engine.Limits with { RetrievalDepth = v })),
        Setting.Whole("Limits:PromotedDepth", 0, 4096, o => o.Engine.Limits.PromotedDepth, (o, v) => WithLimits(o, o.Engine.Limits with { PromotedDepth = v })),
        Setting.Whole("Limits:LosersMax", 0, 65_535, o => o.Engine.Limits.LosersMax, (o, v) => WithLimits(o, o.Engine.Limits with { LosersMax = v })),
        Setting.Whole("Limits:DeniedLicensorsMax", 0, 4096, o => o.Engine.Limits.DeniedLicensorsMax,
            (o, v) => WithLimits(o, o.Engine.Limits with { DeniedLicensorsMax = v })),
        Setting.Whole("Limits:PayloadBytesMax", 4096, 1 << 26, o => o.Limits.PayloadBytesMax, (o, v) => o.Limits.PayloadBytesMax = v),
        Setting.Whole("Limits:CampaignsBytesMax", 4096, 1 << 28, o => o.Limits.CampaignsBytesMax, (o, v) => o.Limits.CampaignsBytesMax = v),
        Setting.Whole("Limits:KServeBytesMax", 1024, 1 << 30, o => o.Limits.KServeBytesMax, (o, v) => o.Limits.KServeBytesMax = v),
        Setting.Whole("Limits:KServeBytesTotalMax", 1024, int.MaxValue, o => o.Limits.KServeBytesTotalMax, (o, v) => o.Limits.KServeBytesTotalMax = v),
        Setting.Whole("Limits:ConnectionsMax", 1, 65_536, o => o.Limits.ConnectionsMax, (o, v) => o.Limits.ConnectionsMax = v),
        Setting.Whole("Limits:InFlightMax", 1, 65_535, o => o.Limits.InFlightMax, (o, v) => o.Limits.InFlightMax = v),
        Setting.Whole("Limits:QueueMax", 1, 65_536, o => o.Limits.QueueMax, (o, v) => o.Limits.QueueMax = v),
        Setting.Whole("Limits:BatchMax", 1, 1024, o => o.Limits.BatchMax, (o, v) => o.Limits.BatchMax = v),
        Setting.Whole("Limits:UnsentBytesMax", 4096, 1 << 30, o => o.Limits.UnsentBytesMax, (o, v) => o.Limits.UnsentBytesMax = v),
        Setting.Whole("Limits:WriteStallSecondsMax", 1, 3600, o => o.Limits.WriteStallSecondsMax, (o, v) => o.Limits.WriteStallSecondsMax = v),
        Setting.Whole("Limits:IdleSecondsMax", 1, 86_400, o => o.Limits.IdleSecondsMax, (o, v) => o.Limits.IdleSecondsMax = v),
        Setting.Whole("Limits:HandshakeSecondsMax", 1, 3600, o => o.Limits.HandshakeSecondsMax, (o, v) => o.Limits.HandshakeSecondsMax = v),
        Setting.Whole("Limits:DrainSecondsMax", 0, 3600, o => o.Limits.DrainSecondsMax, (o, v) => o.Limits.DrainSecondsMax = v),
    ];

    private static void WithLedger(ServerOptions options, LedgerOptions ledger) => options.Engine = options.Engine with { LedgerOptions = ledger };

    private static void WithLimits(ServerOptions options, BatchLimits limits) => options.Engine = options.Engine with { Limits = limits };
}
