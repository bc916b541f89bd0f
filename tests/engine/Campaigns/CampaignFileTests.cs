using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class CampaignFileTests : IDisposable
{
    private const string Good = """
        {"cohorts":[{"id":1,"floor":0.2}],
         "campaigns":[{"id":7,"name":"spring","licensor":3,"tracks":[11,12],"valueMicros":20000,"spendMicros":1500,"budgetMicros":9000000,
                       "start":"2026-01-01T00:00:00Z","end":"2026-02-01T02:00:00+02:00","markets":["DE","FR"]},
                      {"id":4,"name":"all year","licensor":1,"tracks":[12],"valueMicros":0,"spendMicros":0,"budgetMicros":0,
                       "start":"2026-01-01T00:00:00.5Z","end":"2027-01-01T00:00:00Z"}]}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Catalogue _catalogue;

    public CampaignFileTests()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[4], dimension: 1, [10, 11, 12, 13]);
        _catalogue = Catalogue.Open(_folder.File("c.rbt"));
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void CampaignsAreIndexedByRowAscendingById()
    {
        CampaignSet set = Read(Good);
        Assert.Equal([4u, 7u], set.Ids.ToArray());
        Assert.Equal([[], [1], [0, 1], []], Enumerable.Range(0, 4).Select(row => set.OfRow(row).ToArray()));
        Campaign spring = set.Campaigns[1];
        Assert.Equal(("spring", 3u, 20000L, 1500L, 9000000L), (spring.Name, spring.Licensor, spring.ValueMicros, spring.SpendMicros, spring.BudgetMicros));
        Assert.Equal((new DateTime(2026, 1, 1), new DateTime(2026, 2, 1)), (spring.Start, spring.End)); // the offset is taken away
        Assert.Equal((0, -1), (set.CohortIndex(1), set.CohortIndex(2)));
        Assert.Equal(0.2, set.Cohorts[0].Floor);
    }

    [Fact]
    public void ACampaignLimitedToMarketsNeedsOneOfThem()
    {
        CampaignSet set = Read(Good);
        Assert.Equal([true, true, false, false], new[] { Market.Parse("DE"), Market.Parse("FR"), Market.Parse("US"), default }
            .Select(market => set.RunsIn(1, market)));
        Assert.True(set.RunsIn(0, default) && set.RunsIn(0, Market.Parse("US")));
    }

    [Theory]
    [InlineData("\"id\":7", "\"id\":0", "campaigns[0]: id: expected an integer 1 to 4294967295, found 0")]
    [InlineData("\"id\":7", "\"id\":4", "campaign 4: id: appears twice")]
    [InlineData("\"id\":7,", "", "campaigns[0]: id: missing")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"\"", "campaign 7: name: expected a text")]
    [InlineData("\"licensor\":3", "\"licensor\":\"EMI\"", "campaign 7: licensor: expected an integer 1 to 4294967295, found \"EMI\"")]
    [InlineData("[11,12]", "[11,99]", "campaign 7: tracks[1]: track 99 is not in the catalogue")]
    [InlineData("[11,12]", "[11,11]", "campaign 7: tracks[1]: track 11 appears twice")]
    [InlineData("[11,12]", "[]", "campaign 7: tracks: empty")]
    [InlineData("[11,12]", "11", "campaign 7: tracks: expected an array, found 11")]
    [InlineData("\"valueMicros\":20000", "\"valueMicros\":0.02", "campaign 7: valueMicros: expected an integer 0 to 9223372036854775807, found 0.02")]
    [InlineData("\"spendMicros\":1500", "\"spendMicros\":-1", "campaign 7: spendMicros: expected an integer")]
    [InlineData("\"budgetMicros\":9000000", "\"budgetMicros\":9223372036854775808", "campaign 7: budgetMicros: expected an integer")]
    [InlineData("\"2026-01-01T00:00:00Z\"", "\"2026-01-01\"", "campaign 7: start: expected an instant")]
    [InlineData("\"2026-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00\"", "campaign 7: start: expected an instant")]
    [InlineData("\"2026-02-01T02:00:00+02:00\"", "\"2026-01-01T00:00:00Z\"", "campaign 7: end: expected an instant after start")]
    [InlineData("[\"DE\",\"FR\"]", "[\"DE\",\"fr\"]", "campaign 7: markets[1]: expected two letters A to Z, found \"fr\"")]
    [InlineData("[\"DE\",\"FR\"]", "[]", "campaign 7: markets: empty")]
    [InlineData("\"markets\"", "\"market\"", "campaign 7: market: unknown field")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"spring\",\"name\":\"x\"", "campaign 7: name: given twice")]
    [InlineData("\"floor\":0.2", "\"floor\":1.5", "cohort 1: floor: expected a number 0 to 1, found 1.5")]
    [InlineData("\"floor\":0.2", "\"flor\":0.2", "cohort 1: flor: unknown field")]
    [InlineData("{\"id\":1,\"floor\":0.2}", "5", "cohorts[0]: expected an object, found 5")]
    [InlineData("\"cohorts\"", "\"cohort\"", "cohort: unknown field (expected cohorts, campaigns)")]
    [InlineData("\"campaigns\":[", "\"campaigns\":[,", "line 2, byte ")]
    public void BadInputNamesTheCampaignAndTheField(string good, string bad, string expected)
    {
        Assert.Contains(good, Good);
        int at = Good.IndexOf(good, StringComparison.Ordinal);
        string json = string.Concat(Good.AsSpan(0, at), bad, Good.AsSpan(at + good.Length));
        string message = Assert.Throws<EngineDataException>(() => Read(json)).Message;
        Assert.StartsWith(_folder.File("campaigns.json"), message);
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    private CampaignSet Read(string json)
    {
        File.WriteAllText(_folder.File("campaigns.json"), json);
        return CampaignFile.Read(_folder.File("campaigns.json"), _catalogue);
    }
}
