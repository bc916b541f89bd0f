using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>RECOMMEND also weighs promoted tracks that many others are more similar than.</summary>
public class PromotedRetrievalTests
{
    private const int Depth = 10, Slots = 4, LosersMax = 256;

    [Theory]
    [InlineData(1, 0, ""), InlineData(2, 1, "DE"), InlineData(3, 5, ""), InlineData(4, 5, "FR"), InlineData(5, 20, "ZZ"), InlineData(6, EngineWorld.Rows, "US")]
    public void TheCandidatesAreTheMostSimilarTracksAndTheMostSimilarPromotedOnes(int seed, int promotedDepth, string market)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options with { Limits = new() { PromotedDepth = promotedDepth } });
        var judge = new ScoringJudge(world);
        var random = new Random(seed);
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        float[][] listeners = [.. Enumerable.Range(0, 40).Select(_ => EngineWorld.Listener(random))]; // more than one block of queries
        for (int i = 0; i < listeners.Length; i++) requests.AddRecommend(listeners[i], Slate(i), Settings(i));

        engine.Score(requests, responses);

        for (int i = 0; i < listeners.Length; i++)
        {
            (string asked, bool excludeExplicit) = (Settings(i).Market.IsNone ? "" : market, Settings(i).ExcludeExplicit);
            int[] allowed = [.. Enumerable.Range(0, EngineWorld.Rows)
                .Where(row => judge.Blocked(row, asked, excludeExplicit, []) == BlockReason.None)
                .OrderByDescending(row => judge.Relevance(listeners[i], row))];
            int[] candidates = [.. allowed.Take(Slate(i).RetrievalDepth).Union(allowed.Where(row => judge.IsPromoted(row, asked)).Take(promotedDepth))];
            long[] best = [.. candidates.OrderByDescending(row => judge.Score(listeners[i], row, asked, 0).Score).Select(row => world.TrackIds[row])];
            Assert.Equal(best.Take(Slots), responses.TrackIds(i)[..responses.SlotCount(i)].ToArray());
            Assert.Equal(best.Order(), responses.TrackIds(i).ToArray().Order()); // winners and losers: no track twice, none left out
        }

        SlateSettings Slate(int i) => new(Slots, RetrievalDepth: i % 7 == 0 ? Depth / 2 : Depth, LosersMax: LosersMax);

        RequestSettings Settings(int i) => new() { Market = market.Length == 0 || i % 3 == 0 ? default : Market.Parse(market), ExcludeExplicit = i % 2 == 0 };
    }

    /// <summary>All tracks are equally similar to the listener, so the lower row comes first everywhere.</summary>
    [Theory, InlineData(1f), InlineData(0f), InlineData(-1f), InlineData(float.MaxValue), InlineData(float.MinValue)]
    public void OfEquallySimilarTracksTheLowerRowsAreTheDepthAndNoneIsLostOrTwice(float listener)
    {
        using var folder = new TemporaryFolder();
        var columns = new TrackColumns(100);
        for (int row = 0; row < 100; row++) columns.SetExplicit(row, row == 11);
        CatalogueBuilder.Build(folder.File("c.rbt"), Enumerable.Repeat(2f, 100 * 4).ToArray(), 4, null, columns, EngineWorld.Now);
        File.WriteAllBytes(folder.File("campaigns.json"), OnlineWorld.Json(OnlineWorld.Campaign(1, [98, 3, 9]), OnlineWorld.Campaign(2, [10, 11, 50, 98, 99])));
        using Engine engine = Engine.Open(new EngineOptions
        {
            CataloguePath = folder.File("c.rbt"), CampaignsPath = folder.File("campaigns.json"), Clock = new FixedClock(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero)),
            Limits = new() { PromotedDepth = 6 },
        });
        RequestBatch requests = engine.CreateRequests();
        float[] vector = [.. Enumerable.Repeat(listener, 4)];
        requests.AddRecommend(vector, new SlateSettings(4, RetrievalDepth: Depth), default);
        requests.AddRecommend(vector, new SlateSettings(4, RetrievalDepth: Depth), new() { ExcludeExplicit = true });
        requests.AddRecommend(vector, new SlateSettings(4, RetrievalDepth: 200), default); // more than there are
        var candidates = new CandidateBatch(engine.Options.Limits);
        var promoted = new PromotedRows(engine.Catalogue.Filters.Words);
        promoted.Begin(engine.Live, engine.Options.Clock.GetUtcNow().UtcTicks);
        using var searcher = new RowSearcher(engine.Catalogue, engine.ScanKernel);

        new Retriever(engine.Catalogue, engine.ScoreKernel, searcher, promoted, promotedDepth: 6).Fill(requests, candidates);

        Assert.Equal([.. Enumerable.Range(0, 10), 10, 11, 50, 98], Rows(0));
        Assert.Equal([.. Enumerable.Range(0, 10), 10, 50, 98, 99], Rows(1));
        Assert.Equal(Enumerable.Range(0, 100), Rows(2));

        IEnumerable<int> Rows(int request) => candidates.Rows.Slice(candidates.Starts[request], candidates.Counts[request]).ToArray();
    }

    [Fact]
    public void ACampaignThatCannotGiveLeavesThePlaceToOneThatCan()
    {
        const string cap = "\"frequencyCap\":{\"deliveries\":1,\"windowSeconds\":3600}";
        using var world = new OnlineWorld(
            OnlineWorld.Campaign(1, [50], budget: 1000), OnlineWorld.Campaign(2, [60], more: cap), OnlineWorld.Campaign(3, [70, 71]));
        EngineOptions options = world.Options;
        using Engine engine = Engine.Open(options with { Limits = options.Limits with { RetrievalDepth = 5, PromotedDepth = 1 } });
        using var run = new SlateRun(engine);
        Assert.Equal([50, 0], Tracks());
        Assert.Equal([0, 1], Tracks()); // the first has no money at the moment: the ledger is asked
        engine.Ledger!.Maintain();
        Assert.Equal([60, 0], Tracks()); // and there is none to be had
        Assert.Equal([70, 0], Tracks()); // the listener has had the second
        Assert.Equal([60, 0], Tracks(listener: 8));

        long[] Tracks(ulong listener = 7) => [.. run.Recommend(slots: 2, listener).Select(entry => entry.Track)];
    }
}
