using System.Globalization;
using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A seeded catalogue with campaigns and prices on disk, kept in memory too, so that a judge can compute from the plain values.</summary>
internal sealed class EngineWorld : IDisposable
{
    public const int Rows = 300, Dimension = 13, Licensors = 5;
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly string[] Markets = ["DE", "FR", "US"];
    private readonly TemporaryFolder _folder = new();

    public EngineWorld(int seed)
    {
        var random = new Random(seed);
        Vectors = [.. Enumerable.Range(0, Rows * Dimension).Select(_ => (random.NextSingle() * 2) - 1)];
        TrackIds = [.. Enumerable.Range(0, Rows).Select(row => 1000L + (7 * row))];
        var columns = new TrackColumns(Rows);
        for (int row = 0; row < Rows; row++)
        {
            columns.Licensors[row] = TrackLicensors[row] = (uint)random.Next(Licensors + 1);
            columns.SetExplicit(row, Explicit[row] = random.Next(4) == 0);
            if (random.Next(3) > 0) continue; // available everywhere
            TrackMarkets[row] = [.. Markets.Where(_ => random.Next(2) == 0)];
            columns.SetMarkets(row, TrackMarkets[row]);
        }
        CatalogueBuilder.Build(CataloguePath, Vectors, Dimension, TrackIds, columns, Now);
        Cohorts = [(1, 0.2), (2, 0.55), (9, 0.8)];
        Campaigns = [.. Enumerable.Range(1, 20).Select(id => NewCampaign((uint)(3 * id), random))];
        File.WriteAllText(CampaignsPath, CampaignsJson());
        Prices = new PriceSet
        {
            Generation = 42, Created = Now, LicensorIds = [1, 3, 4], CohortIds = [2, 9],
            CampaignIds = [.. Campaigns.Skip(4).Select(campaign => campaign.Id).Reverse()], // four campaigns have no price
            Budget = Uniform(random, 16, 2), Promise = Uniform(random, 16, 0.3), Licensor = Uniform(random, 3, 0.2), Cohort = Uniform(random, 2, 0.5),
        };
        PriceFolder.Write(PricesPath, Prices);
    }

    public float[] Vectors { get; }
    public long[] TrackIds { get; }
    public uint[] TrackLicensors { get; } = new uint[Rows];
    public bool[] Explicit { get; } = new bool[Rows];
    public string[]?[] TrackMarkets { get; } = new string[]?[Rows];
    public (uint Id, double Floor)[] Cohorts { get; }
    public PlainCampaign[] Campaigns { get; }
    public PriceSet Prices { get; }
    public string CataloguePath => _folder.File("catalogue.rbt");
    public string CampaignsPath => _folder.File("campaigns.json");
    public string PricesPath => _folder.File("prices");

    /// <summary>Options under which every term of the formula counts.</summary>
    public EngineOptions Options => new()
    {
        CataloguePath = CataloguePath, CampaignsPath = CampaignsPath, PricesPath = PricesPath, Clock = new FixedClock(Now),
        RelevanceSlope = 1.7, RelevanceOffset = -0.4, RelevanceWeight = 0.9, PromotionWeight = 3.5,
    };

    public static float[] Listener(Random random) => [.. Enumerable.Range(0, Dimension).Select(_ => (random.NextSingle() * 4) - 2)];

    public void Dispose() => _folder.Dispose();

    private PlainCampaign NewCampaign(uint id, Random random)
    {
        int kind = random.Next(5); // 0: over, 1: not begun, others run
        return new PlainCampaign(id, (uint)random.Next(1, Licensors + 1),
            [.. TrackIds.Where(_ => random.Next(12) == 0).Append(TrackIds[random.Next(Rows)]).Distinct()],
            ValueMicros: random.Next(0, 900_000), SpendMicros: random.Next(0, 400_000),
            Start: kind switch { 0 => Now.AddDays(-9), 1 => Now.AddTicks(1), _ => Now },
            End: kind == 0 ? Now : Now.AddDays(1), // the first instant that is over
            Markets: random.Next(3) == 0 ? ["DE", "US"] : []);
    }

    private string CampaignsJson()
    {
        static string List<T>(IEnumerable<T> values) => string.Join(",", values);
        var json = new StringBuilder("{\"cohorts\":[");
        json.Append(List(Cohorts.Select(cohort => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{cohort.Id},\"floor\":{cohort.Floor}}}"))));
        json.Append("],\"campaigns\":[");
        json.Append(List(Campaigns.Reverse().Select(campaign => $$"""
            {"id":{{campaign.Id}},"name":"synthetic {{campaign.Id}}","licensor":{{campaign.Licensor}},"tracks":[{{List(campaign.Tracks)}}],
             "valueMicros":{{campaign.ValueMicros}},"spendMicros":{{campaign.SpendMicros}},"budgetMicros":5000000,
             "start":"{{campaign.Start:yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK}}","end":"{{campaign.End:yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK}}"
             {{(campaign.Markets.Length == 0 ? "" : $",\"markets\":[{List(campaign.Markets.Select(market => $"\"{market}\""))}]")}}}
            """)));
        return json.Append("]}").ToString();
    }

    private static double[] Uniform(Random random, int count, double max) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * max)];
}
