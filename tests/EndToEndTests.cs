using System.Net;
using System.Runtime.InteropServices;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>What comes over TCP is what the library computes: to the bit, with every column, filter, campaign and price.</summary>
public sealed class EndToEndTests
{
    [Theory, InlineData(1), InlineData(20_260_801)]
    public async Task AnswersOverTcpEqualLibraryAnswersToTheBit(int seed)
    {
        using var world = new EngineWorld(seed);
        using Engine engine = Engine.Open(world.Options);
        var log = new ErrorLog();
        var options = new ServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Engine = world.Options, RecommendLanes = 2 };
        await using var server = new RubatoServer(options, log);
        await using RubatoClient client = await RubatoClient.ConnectAsync(server.Address);
        var random = new Random(seed);
        ScoreQuery[] queries = [.. Enumerable.Range(0, 200).Select(_ => RandomQuery(world, random))];
        ScoreAnswer[] answers = [.. queries.Select(_ => new ScoreAnswer())];
        await Task.WhenAll(queries.Select((query, i) => // all in flight at once: batches of every mixture
            (query.Slots > 0 ? client.RecommendAsync(query, answers[i]) : client.ScoreAsync(query, answers[i])).AsTask())).WaitAsync(TimeSpan.FromSeconds(30));

        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        for (int i = 0; i < queries.Length; i++)
        {
            requests.Clear();
            Add(requests, queries[i]);
            engine.Score(requests, responses);
            AssertEqual(responses, queries[i], answers[i]);
        }
        Assert.Contains(answers, answer => answer.Campaigns.ContainsAnyExcept(0u));
        Assert.Contains(answers, answer => answer.Scores.Contains(float.NegativeInfinity));
        Assert.Empty(log.Errors);
    }

    private static ScoreQuery RandomQuery(EngineWorld world, Random random)
    {
        int candidates = random.Next(4) == 0 ? 0 : random.Next(1, 120);
        return new ScoreQuery
        {
            Listener = EngineWorld.Listener(random),
            Candidates = Enumerable.Range(0, candidates).Select(_ => world.TrackIds[random.Next(EngineWorld.Rows)]).ToArray(),
            DeniedLicensors = Enumerable.Range(0, random.Next(3)).Select(_ => (uint)random.Next(1, EngineWorld.Licensors + 1)).ToArray(),
            Cohort = random.Next(3) == 0 ? 0 : world.Cohorts[random.Next(world.Cohorts.Length)].Id,
            Market = random.Next(3) == 0 ? null : EngineWorld.Markets[random.Next(EngineWorld.Markets.Length)],
            ExcludeExplicit = random.Next(2) == 0,
            Breakdown = random.Next(2) == 0,
            Slots = (ushort)(candidates == 0 || random.Next(2) == 0 ? random.Next(1, 40) : 0), // 0 = SCORE, which needs candidates
            LicensorSlotsMax = (ushort)random.Next(4),
            Depth = (uint)random.Next(200),
        };
    }

    private static void Add(RequestBatch requests, ScoreQuery query)
    {
        var settings = new RequestSettings
        {
            Market = query.Market is null ? default : Market.Parse(query.Market), ExcludeExplicit = query.ExcludeExplicit,
            DeniedLicensors = query.DeniedLicensors.Span, Cohort = query.Cohort, WantBreakdown = query.Breakdown,
        };
        int added = query.Slots == 0 ? requests.AddScore(query.Listener.Span, query.Candidates.Span, settings)
            : requests.AddRecommend(query.Listener.Span, new SlateSettings(query.Slots, query.LicensorSlotsMax, (int)query.Depth), settings, query.Candidates.Span);
        Assert.Equal(0, added);
    }

    private static void AssertEqual(ResponseBatch expected, ScoreQuery query, ScoreAnswer actual)
    {
        Assert.True(expected.Outcomes[0].IsOk);
        Assert.Equal(expected.Scores(0).Length, actual.Count);
        Assert.True(MemoryMarshal.AsBytes(expected.Scores(0)).SequenceEqual(MemoryMarshal.AsBytes(actual.Scores)), "scores differ");
        Assert.Equal(query.Slots > 0 ? expected.TrackIds(0).ToArray() : [], actual.Tracks.ToArray());
        Assert.Equal((expected.Generations.Catalogue, expected.Generations.Model, expected.Generations.Prices),
            (actual.Generations.Catalogue, actual.Generations.Model, actual.Generations.Prices));
        Assert.Equal(query.Breakdown ? expected.CampaignIds(0).ToArray() : [], actual.Campaigns.ToArray());
        Assert.Equal(query.Breakdown ? MemoryMarshal.AsBytes(expected.Blocks(0)).ToArray() : [], actual.Blocks.ToArray());
        for (int term = 0; query.Breakdown && term < ResponseBatch.TermCount; term++)
        {
            ReadOnlySpan<double> terms = expected.Terms(0, (BreakdownTerm)term);
            Assert.True(MemoryMarshal.AsBytes(terms).SequenceEqual(MemoryMarshal.AsBytes(actual.Terms(term))), $"terms {(BreakdownTerm)term} differ");
        }
        Assert.Throws<ArgumentOutOfRangeException>("term", () => _ = actual.Terms(6).Length);
    }
}
