using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class CatalogueAllocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void RealListenersGetCertifiedPricesThatCapTheTightBudgets()
    {
        NpyArray<float> tracks = NpyFile.Read<float>(TestData.Path("music-cds", "tracks.npy"), dimensions: 2, widenHalf: true);
        NpyArray<float> listeners = NpyFile.Read<float>(TestData.Path("music-cds", "listeners.npy"), dimensions: 2, widenHalf: true);
        CatalogueBuilder.Build(_folder.File("c.rbt"), tracks.Values, tracks.Columns);
        const int campaigns = 50;
        File.WriteAllText(_folder.File("campaigns.json"), Campaigns(tracks.Rows, campaigns, new Random(20_260_801)));
        using Catalogue catalogue = Catalogue.Open(_folder.File("c.rbt"));
        int count = Math.Min(listeners.Rows, 2_000);
        CatalogueAllocation made = CatalogueAllocation.Build(catalogue, listeners.Values.AsSpan(0, count * listeners.Columns),
            _folder.File("campaigns.json"), [], new CatalogueAllocationOptions { Threads = 2, Slots = 2 });
        AllocationSolution solution = AllocationSolver.Solve(made.Problem, new AllocationOptions { Threads = 2 });
        AllocationCertificate judged = CertificateChecker.Check(made.Problem, solution.Prices, solution.Allocation);
        Assert.True(solution.Reached, solution.Certificate.ToString());
        Assert.InRange(judged.Gap, 0, 1e-4);
        Assert.InRange(judged.Violations.Largest, 0, 1e-9);
        Assert.Contains(solution.Prices.Budget, price => price > 0);
    }

    [Fact]
    public void ListenersOfAnUnknownCohortAreRefused()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 1);
        File.WriteAllText(_folder.File("campaigns.json"), Campaigns(2, 1, new Random(1)));
        using Catalogue catalogue = Catalogue.Open(_folder.File("c.rbt"));
        Assert.Contains("lacks cohort 5, which listener 1 is in", Assert.Throws<EngineDataException>(() => CatalogueAllocation.Build(
            catalogue, [1, 2], _folder.File("campaigns.json"), [0, 5], new CatalogueAllocationOptions())).Message);
        Assert.Throws<ArgumentException>(() => CatalogueAllocation.Build(catalogue, [1, 2], _folder.File("campaigns.json"), [0], new CatalogueAllocationOptions()));
    }

    [Fact]
    public void CampaignsThatDoNotRunLeaveNothingToAllocate()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 1);
        File.WriteAllText(_folder.File("campaigns.json"), Campaigns(2, 1, new Random(1)));
        using Catalogue catalogue = Catalogue.Open(_folder.File("c.rbt"));
        Assert.Contains("no listener has a candidate", Assert.Throws<EngineDataException>(() => CatalogueAllocation.Build(
            catalogue, [1], _folder.File("campaigns.json"), [], new CatalogueAllocationOptions { Now = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc) })).Message);
    }

    private static string Campaigns(int tracks, int count, Random random)
    {
        IEnumerable<string> each = Enumerable.Range(1, count).Select(id => $$"""
            {"id":{{id}},"name":"c{{id}}","licensor":1,"tracks":[{{string.Join(',', Enumerable.Range(0, 30).Select(_ => random.Next(tracks)).Distinct())}}],
             "valueMicros":{{random.Next(100_000, 1_000_000)}},"spendMicros":{{random.Next(10_000, 200_000)}},"budgetMicros":{{random.Next(500_000, 5_000_000)}},
             "start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z"}
            """);
        return $$"""{"campaigns":[{{string.Join(',', each)}}]}""";
    }
}
