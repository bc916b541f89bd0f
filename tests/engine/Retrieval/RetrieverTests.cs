using Rubato.Kernels.Similarity;

namespace Rubato.Tests;

public class RetrieverTests
{
    [Theory, InlineData(1, "", false), InlineData(2, "DE", true), InlineData(3, "FR", false), InlineData(4, "ZZ", true)]
    public void FiltersHoldBackTheSameTracksInBothKindsOfRequest(int seed, string market, bool excludeExplicit)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var judge = new ScoringJudge(world);
        uint[] denied = seed % 2 == 0 ? [3, 0] : [];
        float[] listener = EngineWorld.Listener(new Random(seed));
        var settings = new RequestSettings
        {
            Market = market.Length == 0 ? default : Market.Parse(market), ExcludeExplicit = excludeExplicit, DeniedLicensors = denied,
        };
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(listener, world.TrackIds, settings);
        requests.AddRecommend(listener, new SlateSettings(256, RetrievalDepth: EngineWorld.Rows), settings);
        requests.AddRecommend(listener, new SlateSettings(256), settings, world.TrackIds);

        engine.Score(requests, responses);

        long[] allowed = [.. Enumerable.Range(0, EngineWorld.Rows)
            .Where(row => judge.Blocked(row, market, excludeExplicit, denied) == BlockReason.None).Select(row => world.TrackIds[row])];
        for (int row = 0; row < EngineWorld.Rows; row++)
        {
            BlockReason expected = judge.Blocked(row, market, excludeExplicit, denied), actual = responses.Blocks(0)[row];
            Assert.Equal(expected, actual >= BlockReason.LicensorDenied ? actual : BlockReason.None);
            Assert.Equal(expected != BlockReason.None, float.IsNegativeInfinity(responses.Scores(0)[row]));
        }
        int slots = Math.Min(256, allowed.Length);
        for (int request = 1; request < 3; request++)
        {
            Assert.Equal(slots, responses.TrackIds(request).Length);
            Assert.Subset(allowed.ToHashSet(), responses.TrackIds(request).ToArray().ToHashSet());
            Assert.Equal(slots, responses.TrackIds(request).ToArray().Distinct().Count());
        }
    }

    [Fact]
    public void AnUnknownTrackRefusesItsRequestAloneAndIsNamed()
    {
        using var world = new EngineWorld(5);
        using Engine engine = Engine.Open(world.Options);
        float[] listener = EngineWorld.Listener(new Random(5));
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(listener, world.TrackIds.AsSpan(0, 3), default);
        requests.AddScore(listener, [world.TrackIds[0], world.TrackIds[1], 12345678], new() { WantBreakdown = true });
        requests.AddScore(listener, world.TrackIds.AsSpan(0, 3), default);
        requests.AddScore(listener, world.TrackIds.AsSpan(0, 3), new() { Cohort = 77 });
        requests.AddScore(listener, [], default);

        engine.Score(requests, responses);

        Assert.Equal([RequestOutcome.Ok, new(RequestStatus.UnknownTrack, 2), RequestOutcome.Ok, new(RequestStatus.UnknownCohort, 77),
            new(RequestStatus.NoCandidates, -1)], responses.Outcomes.ToArray());
        Assert.Equal(responses.Scores(0), responses.Scores(2));
        Assert.True(responses.Scores(1).IsEmpty && responses.Scores(3).IsEmpty && responses.Scores(4).IsEmpty);
        Assert.False(responses.HasBreakdown(1));
        Assert.Throws<InvalidOperationException>(() => responses.Terms(0, BreakdownTerm.Relevance).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => responses.Scores(5).Length);
    }

    [Fact]
    public void ATrackNamedTwiceIsScoredTwiceButFillsOneSlot()
    {
        using var world = new EngineWorld(6);
        using Engine engine = Engine.Open(world.Options);
        float[] listener = EngineWorld.Listener(new Random(6));
        long[] twice = [world.TrackIds[4], world.TrackIds[9], world.TrackIds[4], world.TrackIds[9], world.TrackIds[4]];
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddScore(listener, twice, default);
        requests.AddRecommend(listener, new SlateSettings(5), default, twice);
        engine.Score(requests, responses);
        Assert.Equal(twice, responses.TrackIds(0));
        Assert.Equal(responses.Scores(0)[0], responses.Scores(0)[4]);
        Assert.Equal([world.TrackIds[4], world.TrackIds[9]], responses.TrackIds(1).ToArray().Order());
    }

    [Fact]
    public void WhatAFailedSearchLeavesDoesNotDisturbTheNextBatch()
    {
        using var world = new EngineWorld(7);
        var kernel = new FailingScan();
        using Engine engine = Engine.Open(world.Options with { Scan = kernel, SearchThreads = 1 }), sound = Engine.Open(world.Options);
        RequestBatch requests = engine.CreateRequests(), same = sound.CreateRequests();
        ResponseBatch responses = engine.CreateResponses(), expected = sound.CreateResponses();
        requests.AddRecommend(EngineWorld.Listener(new Random(1)), new SlateSettings(9), new() { ExcludeExplicit = true });
        kernel.Fails = true;
        Assert.Equal("refused", Assert.Throws<InvalidOperationException>(() => engine.Score(requests, responses)).Message);
        kernel.Fails = false;
        requests.Clear();
        foreach (RequestBatch batch in new[] { requests, same })
        {
            batch.AddScore(EngineWorld.Listener(new Random(2)), world.TrackIds.AsSpan(0, 5), default);
            batch.AddRecommend(EngineWorld.Listener(new Random(3)), new SlateSettings(9), default);
        }

        engine.Score(requests, responses);

        sound.Score(same, expected);
        for (int request = 0; request < 2; request++)
        {
            Assert.Equal(expected.TrackIds(request), responses.TrackIds(request));
            Assert.Equal(expected.Scores(request), responses.Scores(request));
        }
    }

    private sealed class FailingScan : IScanKernel
    {
        private readonly IScanKernel _kernel = ScanKernels.Pick();

        public bool Fails { get; set; }

        public string Name => "probe";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
            Fails ? throw new InvalidOperationException("refused") : _kernel.Scan(request, workspace, rows, scores);
    }
}
