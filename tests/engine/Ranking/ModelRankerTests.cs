using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A ranker model gives candidates their relevance; where it does not answer, the calibrated similarity stays, and both are told.</summary>
public sealed class ModelRankerTests : IDisposable
{
    private const int Dimension = EngineWorld.Dimension;
    private static readonly (string Name, int Width)[] Inputs = [("listener", Dimension), ("track", Dimension), ("attributes", 3), ("similarity", 1)];
    private readonly ModelFolders _folders = new();
    private readonly EngineWorld _world = new(seed: 3);

    public void Dispose()
    {
        _folders.Dispose();
        _world.Dispose();
    }

    [SkippableTheory]
    [InlineData(1, 7, """ "calibration": { "method": "platt", "slope": 0.7, "offset": -0.2 }, """)]
    [InlineData(2, 64, """ "calibration": { "method": "isotonic", "scores": [-3, 0, 3], "probabilities": [0.05, 0.3, 0.9] }, """)]
    [InlineData(3, 1, "")]
    public void RelevanceIsTheCalibratedScoreOfTheModel(int seed, int rowsMax, string calibration)
    {
        float[] weights = Write(seed, 4, $""" "rowsMax": {rowsMax}, {calibration} """);
        using ModelHost host = _folders.Open();
        using Engine engine = Engine.Open(Ranked(host));
        var random = new Random(seed);
        (RequestBatch requests, List<float[]> listeners) = Requests(engine, random, 12);
        ResponseBatch responses = engine.CreateResponses();
        engine.Score(requests, responses);
        Calibration? used = host.Models[0].Versions[0].Generation!.Manifest.Calibration;
        double[] expected = new double[1];
        for (int request = 0; request < requests.Count; request++)
        {
            Assert.Equal(4, responses.GenerationsOf(request).Model);
            ReadOnlySpan<long> tracks = responses.TrackIds(request);
            for (int i = 0; i < tracks.Length; i++)
            {
                if (responses.Scores(request)[i] == float.NegativeInfinity) continue;
                Calibration.Apply(used, [(float)Score(engine, weights, listeners[request], tracks[i])], expected);
                Assert.Equal(_world.Options.RelevanceWeight * expected[0], responses.Terms(request, BreakdownTerm.Relevance)[i], 1e-5);
            }
        }
        Assert.Equal((requests.Count, 4L), (engine.RankerCounters.Ranked, engine.Generations.Model));
    }

    [SkippableFact]
    public void WithoutTheModelTheSimilarityStaysToTheBit()
    {
        Directory.CreateDirectory(_folders.File("ranker"));
        List<string> log = [];
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, Log = (_, line) => log.Add(line) });
        using Engine engine = Engine.Open(Ranked(host)), plain = Engine.Open(_world.Options);
        (RequestBatch requests, _) = Requests(engine, new Random(1), 10);
        (RequestBatch same, _) = Requests(plain, new Random(1), 10);
        ResponseBatch responses = engine.CreateResponses(), expected = plain.CreateResponses();
        engine.Score(requests, responses);
        plain.Score(same, expected);
        for (int request = 0; request < requests.Count; request++)
        {
            Assert.Equal(expected.Scores(request), responses.Scores(request));
            Assert.Equal(0, responses.GenerationsOf(request).Model);
        }
        Assert.Equal((0, 10), (engine.RankerCounters.Ranked, engine.RankerCounters.Fallbacks(RankerFallback.Unavailable)));
        Assert.Equal("ranker 'ranker': no version of it is in service; relevance is the calibrated similarity", Assert.Single(log)); // once a second
    }

    [SkippableFact]
    public void ARequestThatTheModelFailsOnFallsBackAlone()
    {
        float[] weights = [.. Enumerable.Repeat(0f, 2 * Dimension + 4)];
        weights[0] = 1; // the logarithm of the listener's first value
        _folders.Write("ranker", 1, OnnxModels.Linear(Inputs, weights, "Log"), Manifest(""), TestInputs(1), [0], [1, 1]);
        using ModelHost host = _folders.Open();
        using Engine engine = Engine.Open(Ranked(host));
        RequestBatch requests = engine.CreateRequests();
        for (int request = 0; request < 5; request++)
        {
            float[] listener = EngineWorld.Listener(new Random(request));
            listener[0] = request == 2 ? -1 : 1;
            requests.AddScore(listener, _world.TrackIds.AsSpan(0, 40), default);
        }
        ResponseBatch responses = engine.CreateResponses();
        engine.Score(requests, responses);
        Assert.Equal([1L, 1, 0, 1, 1], Enumerable.Range(0, 5).Select(request => responses.GenerationsOf(request).Model));
        Assert.Equal((4, 1), (engine.RankerCounters.Ranked, engine.RankerCounters.Fallbacks(RankerFallback.Failed)));
    }

    [SkippableFact]
    public async Task AVersionThatIsNoRankerForTheCatalogueGetsNoLabel()
    {
        Write(1, 1, "");
        using ModelHost host = _folders.Open();
        using Engine engine = Engine.Open(Ranked(host));
        _folders.Unary("ranker", 2, """ "labels": ["stable"], """);
        await host.LookAsync();
        Assert.Contains("rows of 4 float32 (expected 13 float32 for ListenerVector)", host.Version("ranker", 2).Refused);
        Assert.Equal(1, engine.Generations.Model);
        Assert.Contains("ranker/2: no ranker for ", (await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("ranker", "stable", 2))).Message);
    }

    [SkippableFact]
    public void AnEngineWhoseRankerDoesNotFitIsNotOpened()
    {
        _folders.Unary("ranker", 2, """ "labels": ["stable"], """);
        using ModelHost host = _folders.Open();
        Assert.Contains("expected 13 float32", Assert.Throws<ModelException>(() => Engine.Open(Ranked(host))).Message);
        Assert.Throws<ArgumentException>(() => Engine.Open(Ranked(host: null)));
    }

    [SkippableFact]
    public async Task ListenersOfTheCanaryGetItsVersion()
    {
        foreach (int version in new[] { 1, 2 }) Write(version, version, "");
        using ModelHost host = _folders.Open();
        await host.LabelAsync("ranker", "stable", 1);
        await host.LabelAsync("ranker", "canary", 2);
        await host.SetCanaryPercentAsync("ranker", 50);
        using Engine engine = Engine.Open(Ranked(host));
        RequestBatch requests = engine.CreateRequests();
        for (int listener = 0; listener < 60; listener++)
            requests.AddScore(EngineWorld.Listener(new Random(listener)), _world.TrackIds.AsSpan(0, 30), new RequestSettings { ListenerId = (ulong)listener });
        ResponseBatch responses = engine.CreateResponses();
        engine.Score(requests, responses);
        for (int listener = 0; listener < 60; listener++) Assert.Equal(host.VersionOf("ranker", listener: (ulong)listener), responses.GenerationsOf(listener).Model);
        Assert.Equal([1L, 2], Enumerable.Range(0, 60).Select(listener => responses.GenerationsOf(listener).Model).Distinct().Order());
    }

    [SkippableFact]
    public void RankingAllocatesNothing()
    {
        Write(1, 1, "");
        using ModelHost host = _folders.Open();
        using Engine engine = Engine.Open(Ranked(host));
        using EngineLane lane = engine.CreateLane();
        (RequestBatch requests, _) = Requests(engine, new Random(1), 10);
        ResponseBatch responses = engine.CreateResponses();
        long allocated = AllocatedBytes.Least(() =>
        {
            for (int i = 0; i < 50; i++) lane.Score(requests, responses);
        });
        Assert.All(Enum.GetValues<RankerFallback>(), reason => Assert.Equal(0, engine.RankerCounters.Fallbacks(reason))); // which tell, and may allocate
        Assert.Equal(0, allocated);
    }

    /// <summary>The ranker has a minute, so that a machine that is busy with other things does not make requests fall back.</summary>
    private EngineOptions Ranked(ModelHost? host) => _world.Options with { Models = host, RankerModel = "ranker", RankerTimeMax = TimeSpan.FromMinutes(1) };

    private static string Manifest(string more) => """
         "inputs": [{ "name": "listener", "role": "listenerVector" }, { "name": "track", "role": "trackVector" },
                    { "name": "attributes", "role": "attributes" }, { "name": "similarity", "role": "candidateFeatures" }],
         "outputs": [{ "name": "y", "role": "score" }], "labels": ["stable"],
        """ + more;

    private static (string, float[], long[])[] TestInputs(float value) =>
        [.. Inputs.Select(input => (input.Name, Enumerable.Repeat(value, input.Width).ToArray(), new long[] { 1, input.Width }))];

    private float[] Write(int seed, int version, string more)
    {
        float[] weights = Vectors.Uniform(new Random(seed), 2 * Dimension + 4);
        weights[2 * Dimension + 2] *= 1e-4f; // days are large numbers
        _folders.Write("ranker", version, OnnxModels.Linear(Inputs, weights), Manifest(more), TestInputs(1), [weights.Sum()], [1, 1]);
        return weights;
    }

    private double Score(Engine engine, float[] weights, float[] listener, long track)
    {
        int row = engine.Catalogue.RowOf(track);
        float[] vector = engine.Catalogue.Vector(row).ToArray(), attributes = new float[3];
        RankerColumns.FillAttributes(engine.Catalogue.Attributes, row, attributes);
        Assert.Equal(_world.Explicit[row] ? 1 : 0, attributes[0]);
        double similarity = 0;
        for (int c = 0; c < Dimension; c++) similarity += (double)listener[c] * vector[c];
        return listener.Concat(vector).Concat(attributes).Append((float)similarity).Zip(weights, (value, weight) => (double)value * weight).Sum();
    }

    private (RequestBatch, List<float[]>) Requests(Engine engine, Random random, int count)
    {
        RequestBatch requests = engine.CreateRequests();
        var listeners = new List<float[]>();
        for (int request = 0; request < count; request++)
        {
            listeners.Add(EngineWorld.Listener(random));
            var settings = new RequestSettings { WantBreakdown = true, Cohort = request % 3 == 0 ? 2u : 0, ExcludeExplicit = request % 2 == 0 };
            if (request % 4 == 3) requests.AddRecommend(listeners[^1], new SlateSettings(10, 0, 50), settings);
            else requests.AddScore(listeners[^1], [.. Enumerable.Range(0, random.Next(1, 100)).Select(_ => _world.TrackIds[random.Next(EngineWorld.Rows)])], settings);
        }
        return (requests, listeners);
    }
}
