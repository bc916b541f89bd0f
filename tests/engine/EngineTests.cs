using Rubato.Kernels;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public class EngineTests
{
    private static readonly BreakdownTerm[] AllTerms = Enum.GetValues<BreakdownTerm>();

    [Theory]
    [InlineData(1, "", 0u), InlineData(2, "DE", 1u), InlineData(3, "FR", 2u), InlineData(4, "US", 9u), InlineData(5, "ZZ", 2u)]
    public void AScoreIsTheFormula(int seed, string market, uint cohort)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var judge = new ScoringJudge(world);
        var random = new Random(seed);
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        float[][] listeners = [.. Enumerable.Range(0, 4).Select(_ => EngineWorld.Listener(random))];
        foreach (float[] listener in listeners)
            requests.AddScore(listener, world.TrackIds, new() { Market = Code(market), Cohort = cohort, WantBreakdown = true });

        engine.Score(requests, responses);

        int promoted = 0;
        for (int request = 0; request < listeners.Length; request++)
        {
            Assert.Equal(RequestOutcome.Ok, responses.Outcomes[request]);
            for (int row = 0; row < EngineWorld.Rows; row++)
            {
                Assert.Equal(world.TrackIds[row], responses.TrackIds(request)[row]);
                if (judge.Blocked(row, market, excludeExplicit: false, []) != BlockReason.None)
                {
                    Assert.Equal((float.NegativeInfinity, 0u, BlockReason.Market),
                        (responses.Scores(request)[row], responses.CampaignIds(request)[row], responses.Blocks(request)[row]));
                    continue;
                }
                ScoringJudge.Verdict verdict = judge.Score(listeners[request], row, market, cohort);
                Assert.Equal(verdict.Campaign, responses.CampaignIds(request)[row]);
                Assert.Equal(verdict.Campaign != 0, responses.Blocks(request)[row] == BlockReason.None);
                Assert.Equal(verdict.Score, responses.Scores(request)[row], 1e-6 * Math.Max(1, Math.Abs(verdict.Score)));
                foreach (BreakdownTerm term in AllTerms)
                    Assert.Equal(verdict.Terms[(int)term], responses.Terms(request, term)[row], 1e-12);
                promoted += verdict.Campaign != 0 ? 1 : 0;
            }
        }
        Assert.True(promoted > 100, $"only {promoted} promoted candidates: the test says little");
    }

    [Theory, InlineData(11), InlineData(12)]
    public void TheTermsSumToTheScoreToTheBit(int seed)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var random = new Random(seed);
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(EngineWorld.Listener(random), world.TrackIds, new() { Market = Code("DE"), Cohort = 2, WantBreakdown = true });
        requests.AddRecommend(EngineWorld.Listener(random), new SlateSettings(Slots: 100), new() { Cohort = 9, WantBreakdown = true });

        engine.Score(requests, responses);

        for (int request = 0; request < 2; request++)
        {
            for (int entry = 0; entry < responses.Scores(request).Length; entry++)
            {
                double sum = 0;
                foreach (BreakdownTerm term in AllTerms) sum += responses.Terms(request, term)[entry];
                if (responses.Blocks(request)[entry] == BlockReason.Market) Assert.Equal(0, sum);
                else Assert.Equal((float)sum, responses.Scores(request)[entry]);
            }
        }
    }

    [Theory, InlineData(21, 0), InlineData(22, 1), InlineData(23, 3)]
    public void ASlateIsTheBestOfTheScoresUnderTheLicensorMaximum(int seed, int licensorSlotsMax)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var random = new Random(seed);
        float[] listener = EngineWorld.Listener(random);
        uint[] denied = [2];
        var settings = new RequestSettings { Market = Code("FR"), ExcludeExplicit = true, DeniedLicensors = denied, Cohort = 2 };
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(listener, world.TrackIds, settings);
        requests.AddRecommend(listener, new SlateSettings(12, licensorSlotsMax, RetrievalDepth: EngineWorld.Rows), settings);
        requests.AddRecommend(listener, new SlateSettings(12, licensorSlotsMax), settings, world.TrackIds);

        engine.Score(requests, responses);

        var expected = new List<(long, float, uint)>();
        var used = new Dictionary<uint, int>();
        foreach (int row in Enumerable.Range(0, EngineWorld.Rows).OrderByDescending(row => responses.Scores(0)[row]))
        {
            uint licensor = world.TrackLicensors[row];
            if (expected.Count == 12 || float.IsNegativeInfinity(responses.Scores(0)[row])) break;
            if (licensor != 0 && licensorSlotsMax > 0 && used.GetValueOrDefault(licensor) == licensorSlotsMax) continue;
            used[licensor] = used.GetValueOrDefault(licensor) + 1;
            expected.Add((world.TrackIds[row], responses.Scores(0)[row], responses.CampaignIds(0)[row]));
        }
        for (int request = 1; request < 3; request++)
            Assert.Equal(expected, Entries(responses, request));
    }

    [Theory, InlineData(31)]
    public void ShufflingABatchDoesNotChangeItsAnswers(int seed)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var random = new Random(seed);
        float[][] listeners = [.. Enumerable.Range(0, 90).Select(_ => EngineWorld.Listener(random))];
        int[] order = [.. Enumerable.Range(0, listeners.Length)];
        ResponseBatch first = engine.CreateResponses(), second = engine.CreateResponses();
        engine.Score(Batch(order), first);
        random.Shuffle(order);
        engine.Score(Batch(order), second);

        for (int place = 0; place < order.Length; place++)
            Assert.Equal(Entries(first, order[place]), Entries(second, place));

        RequestBatch Batch(int[] order)
        {
            RequestBatch requests = engine.CreateRequests();
            foreach (int i in order)
            {
                var settings = new RequestSettings { Market = i % 3 == 0 ? Code("DE") : default, ExcludeExplicit = i % 5 == 0 };
                int added = i % 4 == 0 ? requests.AddScore(listeners[i], world.TrackIds.AsSpan(i, 40), settings)
                    : requests.AddRecommend(listeners[i], new SlateSettings(5, 2, RetrievalDepth: i % 7 == 0 ? 20 : 60), settings);
                Assert.True(added >= 0);
            }
            return requests;
        }
    }

    [Theory, InlineData("vector", 1, "vector"), InlineData("scalar", 3, "scalar"), InlineData("vector-int8", 2, "vector"), InlineData("scalar-int8", 1, "vector")]
    public void AForcedVariantOnSeveralThreadsGivesTheSameAnswers(string variant, int threads, string scoreVariant)
    {
        using var world = new EngineWorld(41);
        using Engine free = Engine.Open(world.Options), forced = Engine.Open(world.Options with { Variant = variant, SearchThreads = threads });
        Assert.Equal((scoreVariant, variant), (forced.ScoreVariant, forced.ScanVariant));
        ResponseBatch expected = free.CreateResponses(), actual = forced.CreateResponses();
        free.Score(Filled(free, world), expected);
        forced.Score(Filled(forced, world), actual);
        for (int request = 0; request < expected.Count; request++) Assert.Equal(Entries(expected, request), Entries(actual, request));
    }

    [Fact]
    public void SteadyStateAllocatesNothing()
    {
        using var world = new EngineWorld(51);
        using Engine engine = Engine.Open(world.Options);
        using EngineLane lane = engine.CreateLane();
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        float[] listener = EngineWorld.Listener(new Random(51));
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int i = 0; i < 50; i++) Round();
        }));

        void Round()
        {
            requests.Clear();
            requests.AddScore(listener, world.TrackIds.AsSpan(0, 100), new() { Market = new((byte)'D', (byte)'E'), Cohort = 1, WantBreakdown = true });
            requests.AddRecommend(listener, new SlateSettings(20, 2), new() { ExcludeExplicit = true });
            requests.AddRecommend(listener, new SlateSettings(20), default);
            requests.AddScore(listener.AsSpan(1), world.TrackIds.AsSpan(0, 100), default);
            lane.Score(requests, responses);
        }
    }

    [Fact]
    public async Task LanesScoreAtTheSameTime()
    {
        using var world = new EngineWorld(61);
        using Engine engine = Engine.Open(world.Options);
        ResponseBatch expected = engine.CreateResponses();
        engine.Score(Filled(engine, world), expected);
        List<(long, float, uint)> first = Entries(expected, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using EngineLane lane = engine.CreateLane();
            RequestBatch requests = Filled(engine, world);
            ResponseBatch responses = engine.CreateResponses();
            for (int i = 0; i < 50; i++)
            {
                lane.Score(requests, responses);
                Assert.Equal(first, Entries(responses, 0));
            }
        })));
    }

    [Fact]
    public void AnswersNameTheirSnapshots()
    {
        using var world = new EngineWorld(71);
        using Engine priced = Engine.Open(world.Options), free = Engine.Open(world.Options with { PricesPath = null });
        ResponseBatch responses = priced.CreateResponses();
        priced.Score(Filled(priced, world), responses);
        Assert.Equal(new EngineGenerations(EngineWorld.Now.ToUnixTimeMilliseconds() * 1000, 0, 42), responses.Generations);
        Assert.Equal(0, free.Generations.Prices);
        Assert.True(responses.Search.Scanned > 0);
    }

    [Fact]
    public void WithoutCampaignsAScoreIsWeightedRelevance()
    {
        using var world = new EngineWorld(81);
        using Engine engine = Engine.Open(world.Options with { CampaignsPath = null });
        float[] listener = EngineWorld.Listener(new Random(81));
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(listener, world.TrackIds, default);
        engine.Score(requests, responses);
        var judge = new ScoringJudge(world);
        for (int row = 0; row < EngineWorld.Rows; row++)
        {
            Assert.Equal(0.9 * judge.Relevance(listener, row), responses.Scores(0)[row], 1e-7);
            Assert.Equal(BlockReason.NoCampaign, responses.Blocks(0)[row]);
        }
    }

    [Fact]
    public void BatchesOfOtherLimitsOrDimensionAreRefused()
    {
        using var world = new EngineWorld(91);
        using Engine engine = Engine.Open(world.Options);
        var other = new BatchLimits { RequestsMax = 7 };
        Assert.Throws<ArgumentException>("requests", () => engine.Score(new RequestBatch(3, engine.Options.Limits), engine.CreateResponses()));
        Assert.Throws<ArgumentException>("requests", () => engine.Score(new RequestBatch(EngineWorld.Dimension, other), engine.CreateResponses()));
        Assert.Throws<ArgumentException>("responses", () => engine.Score(engine.CreateRequests(), new ResponseBatch(other)));
    }

    [Fact]
    public void AMissingFileOrAnUnknownVariantIsNamed()
    {
        using var world = new EngineWorld(92);
        Assert.Contains("nowhere.rbt", Assert.ThrowsAny<DataFileException>(() => Engine.Open(world.Options with { CataloguePath = "nowhere.rbt" })).Message);
        Assert.Contains("nowhere.json", Assert.ThrowsAny<DataFileException>(() => Engine.Open(world.Options with { CampaignsPath = "nowhere.json" })).Message);
        Assert.Contains("nowhere", Assert.ThrowsAny<DataFileException>(() => Engine.Open(world.Options with { PricesPath = "nowhere" })).Message);
        string problem = Assert.Throws<ArgumentException>(() => Engine.Open(world.Options with { Variant = "no-such" })).Message;
        foreach (string part in ScanKernels.Variants.Select(variant => variant.Name).Append("no-such")) Assert.Contains(part, problem);
    }

    [SkippableFact]
    public void AVariantThatTheMachineLacksIsRefusedWithTheReason()
    {
        using var world = new EngineWorld(93);
        KernelVariant<IScanKernel>? lacking = ScanKernels.Variants.FirstOrDefault(variant => !variant.Available);
        Skip.If(lacking is null, "this machine runs every variant");
        string problem = Assert.Throws<NotSupportedException>(() => Engine.Open(world.Options with { Variant = lacking!.Name })).Message;
        Assert.Contains(lacking!.Name, problem);
        Assert.Contains(lacking.Reason!, problem);
    }

    [Theory, InlineData(1, 2), InlineData(4, 4)]
    public async Task LanesShareOnePoolOfSearchThreads(int lanes, int threads)
    {
        using var world = new EngineWorld(94);
        using Engine engine = Engine.Open(world.Options with { SearchThreads = threads });
        Assert.Equal(threads, engine.SearchThreads);
        RowSearcher pool = engine.SharedSearcher!;
        ResponseBatch expected = engine.CreateResponses();
        engine.Score(Filled(engine, world), expected);
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(() =>
        {
            ResponseBatch responses = engine.CreateResponses();
            using (EngineLane lane = engine.CreateLane())
                for (int i = 0; i < 20; i++) lane.Score(Filled(engine, world), responses);
            Assert.Equal(Entries(expected, 0), Entries(responses, 0));
        })));
        engine.Score(Filled(engine, world), expected); // the pool outlives every lane
        Assert.Same(pool, engine.SharedSearcher);
    }

    [Fact]
    public void ASearchOfASmallCatalogueTakesOneThreadUnlessTold()
    {
        using var world = new EngineWorld(95);
        using Engine engine = Engine.Open(world.Options);
        Assert.Equal(1, engine.SearchThreads);
        Assert.Equal(Math.Min(Environment.ProcessorCount, RowSearcher.ThreadsMax), ThreadPlan.Automatic(RowSearcher.ThreadsMax << 21, 1));
        Assert.Equal(1, ThreadPlan.Automatic(1, 1));
    }

    private static Market Code(string market) => market.Length == 0 ? default : Market.Parse(market);

    private static RequestBatch Filled(Engine engine, EngineWorld world)
    {
        RequestBatch requests = engine.CreateRequests();
        var random = new Random(1);
        requests.AddRecommend(EngineWorld.Listener(random), new SlateSettings(30, 4), new() { Market = Code("DE") });
        requests.AddScore(EngineWorld.Listener(random), world.TrackIds, default);
        return requests;
    }

    private static List<(long Track, float Score, uint Campaign)> Entries(ResponseBatch responses, int request)
    {
        var entries = new List<(long, float, uint)>();
        for (int i = 0; i < responses.Scores(request).Length; i++)
            entries.Add((responses.TrackIds(request)[i], responses.Scores(request)[i], responses.CampaignIds(request)[i]));
        return entries;
    }
}
