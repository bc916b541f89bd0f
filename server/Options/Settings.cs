using Rubato.Kernels.Similarity;

namespace Rubato.Server;

/// <summary>The configuration keys: the one list behind loading, checking, errors and <c>serve --help</c>.</summary>
internal static class Settings
{
    private const string AddressRule = "an IP address and a port, such as 127.0.0.1:7400 or [::1]:7400";

    public static readonly Setting[] All =
    [
        Setting.Address("Server:Listen", AddressRule, (o, v) => o.Listen = v),
        new("Server:Admin", $"{AddressRule}, or none", (o, v) => o.Admin = v == "none" ? null : Setting.ParseAddress(v)),
        Setting.Flag("Server:Insecure", (o, v) => o.Insecure = v),
        Setting.Whole("Server:RecommendLanes", 1, 64, (o, v) => o.RecommendLanes = v),
        Setting.Text("Data:Catalogue", "the path of a snapshot (.rbt)", (o, v) => o.Engine = o.Engine with { CataloguePath = v }),
        Setting.Text("Data:Campaigns", "the path of a campaigns file (.json)", (o, v) => o.Engine = o.Engine with { CampaignsPath = v }),
        Setting.Text("Data:Prices", "the path of a price folder", (o, v) => o.Engine = o.Engine with { PricesPath = v }),
        Setting.Number("Scoring:RelevanceSlope", 1e-9, 1e6, (o, v) => o.Engine = o.Engine with { RelevanceSlope = v }),
        Setting.Number("Scoring:RelevanceOffset", -1e6, 1e6, (o, v) => o.Engine = o.Engine with { RelevanceOffset = v }),
        Setting.Number("Scoring:RelevanceWeight", 0, 1e6, (o, v) => o.Engine = o.Engine with { RelevanceWeight = v }),
        Setting.Number("Scoring:PromotionWeight", 0, 1e6, (o, v) => o.Engine = o.Engine with { PromotionWeight = v }),
        Setting.Name("Scoring:Variant", ScanKernels.Names, (o, v) => o.Engine = o.Engine with { Variant = v }),
        Setting.Whole("Scoring:SearchThreads", 0, RowSearcher.ThreadsMax, (o, v) => o.Engine = o.Engine with { SearchThreads = v }),
        Setting.Flag("Scoring:PinSearchThreads", (o, v) => o.Engine = o.Engine with { PinSearchThreads = v }),
        Setting.Whole("Limits:CandidatesMax", 1, 65_536, (o, v) => WithLimits(o, o.Engine.Limits with
        {
            CandidatesMax = v, BatchCandidatesMax = Math.Max(v, o.Engine.Limits.BatchCandidatesMax), // a batch holds at least one request
        })),
        Setting.Whole("Limits:SlotsMax", 1, 4096, (o, v) => WithLimits(o, o.Engine.Limits with { SlotsMax = v })),
        Setting.Whole("Limits:RetrievalDepth", 1, 4096, (o, v) => WithLimits(o, o.Engine.Limits with { RetrievalDepth = v })),
        Setting.Whole("Limits:DeniedLicensorsMax", 0, 4096, (o, v) => WithLimits(o, o.Engine.Limits with { DeniedLicensorsMax = v })),
        Setting.Whole("Limits:PayloadBytesMax", 4096, 1 << 26, (o, v) => o.Limits.PayloadBytesMax = v),
        Setting.Whole("Limits:ConnectionsMax", 1, 65_536, (o, v) => o.Limits.ConnectionsMax = v),
        Setting.Whole("Limits:InFlightMax", 1, 65_535, (o, v) => o.Limits.InFlightMax = v),
        Setting.Whole("Limits:QueueMax", 1, 65_536, (o, v) => o.Limits.QueueMax = v),
        Setting.Whole("Limits:BatchMax", 1, 1024, (o, v) => o.Limits.BatchMax = v),
        Setting.Whole("Limits:UnsentBytesMax", 4096, 1 << 30, (o, v) => o.Limits.UnsentBytesMax = v),
        Setting.Whole("Limits:WriteStallSecondsMax", 1, 3600, (o, v) => o.Limits.WriteStallSecondsMax = v),
        Setting.Whole("Limits:IdleSecondsMax", 1, 86_400, (o, v) => o.Limits.IdleSecondsMax = v),
        Setting.Whole("Limits:HandshakeSecondsMax", 1, 3600, (o, v) => o.Limits.HandshakeSecondsMax = v),
        Setting.Whole("Limits:DrainSecondsMax", 0, 3600, (o, v) => o.Limits.DrainSecondsMax = v),
    ];

    private static void WithLimits(ServerOptions options, BatchLimits limits) => options.Engine = options.Engine with { Limits = limits };
}
