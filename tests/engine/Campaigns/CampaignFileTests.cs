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
        var columns = new TrackColumns(rows: 4);
        columns.SetExplicit(2, true); // track 12
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[4], dimension: 1, [10, 11, 12, 13], columns);
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

    [Fact]
    public void AFieldThatIsLeftOutHasItsDefault()
    {
        Campaign spring = Read(Good).Campaigns[1];
        Assert.Equal((spring.BudgetMicros, 0L, null), (spring.DailyBudgetMicros, spring.Promised, spring.FrequencyCap));
        Assert.Same(SpendCurve.Even, spring.Curve);
        Assert.True(spring.PromotesExplicit);
        Assert.Empty(Read(Good).Licensors);
    }

    [Fact]
    public void OptionalFieldsAreRead()
    {
        string weights = string.Join(",", Enumerable.Range(0, 168).Select(hour => hour == 5 ? 2 : hour % 24 == 0 ? 1 : 0));
        string json = Good.Replace("{\"cohorts\"", "{\"licensors\":[{\"id\":3,\"name\":\"North\"},{\"id\":1,\"name\":\"South\"}],\"cohorts\"")
            .Replace("\"name\":\"spring\"", $"\"name\":\"spring\",\"dailyBudgetMicros\":6000000,\"promised\":6000,\"curve\":[{weights}],"
                + "\"frequencyCap\":{\"deliveries\":3,\"windowSeconds\":86400},\"explicit\":\"exclude\"");
        CampaignSet set = Read(json);
        Campaign spring = set.Campaigns[1];
        Assert.Equal([new Licensor(1, "South"), new Licensor(3, "North")], set.Licensors);
        Assert.Equal((6000000L, 6000L, new FrequencyCap(3, 86400)), (spring.DailyBudgetMicros, spring.Promised, spring.FrequencyCap));
        Assert.Equal(2, spring.Curve.Weights[SpendCurve.HourOfWeek(new DateTime(2026, 1, 5, 5, 59, 0))]); // a Monday
        Assert.Equal([1], spring.Rows); // track 12 is explicit
        Assert.Equal([0], set.OfRow(2).ToArray());
        Assert.Equal((1, 0, -1), (set.IndexOf(7), set.IndexOf(4), set.IndexOf(5)));
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
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"dailyBudgetMicros\":-1", "campaign 7: dailyBudgetMicros: expected an integer 0 to 9000000, found -1")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"dailyBudgetMicros\":9000001", "campaign 7: dailyBudgetMicros: expected an integer 0 to 9000000")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"promised\":6001", "campaign 7: promised: 6001 deliveries of 1500 micro-units cost more than the budget")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"promised\":9223372036854775807", "campaign 7: promised: 9223372036854775807 deliveries")]
    [InlineData("\"spendMicros\":1500", "\"spendMicros\":281474976710656", "campaign 7: spendMicros: expected an integer 0 to 281474976710655")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"curve\":\"steep\"", "campaign 7: curve: expected \"even\" or 168 weights, found \"steep\"")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"curve\":[1,2]", "campaign 7: curve: 2 elements (expected 168)")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"frequencyCap\":3", "campaign 7: frequencyCap: expected an object, found 3")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"frequencyCap\":{\"deliveries\":0,\"windowSeconds\":60}", "campaign 7: frequencyCap: deliveries: expected an integer 1 to 255")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"frequencyCap\":{\"deliveries\":1}", "campaign 7: frequencyCap: windowSeconds: missing")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"x\",\"explicit\":\"maybe\"", "campaign 7: explicit: expected \"allow\" or \"exclude\", found \"maybe\"")]
    [InlineData("\"tracks\":[11,12]", "\"explicit\":\"exclude\",\"tracks\":[12]", "campaign 7: tracks: all are explicit")]
    [InlineData("{\"cohorts\"", "{\"licensors\":[{\"id\":1,\"name\":\"South\"}],\"cohorts\"", "campaign 7: licensor: 3 is not among the file's licensors")]
    [InlineData("{\"cohorts\"", "{\"licensors\":[{\"id\":1,\"name\":\"A\"},{\"id\":1,\"name\":\"B\"}],\"cohorts\"", "licensor 1: id: appears twice")]
    [InlineData("\"markets\"", "\"market\"", "campaign 7: market: unknown field")]
    [InlineData("\"name\":\"spring\"", "\"name\":\"spring\",\"name\":\"x\"", "campaign 7: name: given twice")]
    [InlineData("\"floor\":0.2", "\"floor\":1.5", "cohort 1: floor: expected a number 0 to 1, found 1.5")]
    [InlineData("\"floor\":0.2", "\"flor\":0.2", "cohort 1: flor: unknown field")]
    [InlineData("{\"id\":1,\"floor\":0.2}", "5", "cohorts[0]: expected an object, found 5")]
    [InlineData("\"cohorts\"", "\"cohort\"", "cohort: unknown field (expected licensors, cohorts, campaigns)")]
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

    [Fact]
    public void ACurveOfWhichNoHourFallsIntoTheCampaignIsRefused()
    {
        string weights = string.Join(",", Enumerable.Range(0, 168).Select(hour => hour == 0 ? 1 : 0)); // Mondays at midnight; it runs on a Thursday
        string json = Good.Replace("\"end\":\"2026-02-01T02:00:00+02:00\"", $"\"end\":\"2026-01-02T00:00:00Z\",\"curve\":[{weights}]");
        Assert.Contains("campaign 7: curve: no hour between start and end has weight", Assert.Throws<EngineDataException>(() => Read(json)).Message);
        json = json.Replace(weights, string.Join(",", new int[168]));
        Assert.Contains("campaign 7: curve: all weights are 0", Assert.Throws<EngineDataException>(() => Read(json)).Message);
    }

    private CampaignSet Read(string json)
    {
        File.WriteAllText(_folder.File("campaigns.json"), json);
        return CampaignFile.Read(_folder.File("campaigns.json"), _catalogue);
    }
}
