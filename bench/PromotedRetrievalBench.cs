using BenchmarkDotNet.Attributes;

namespace Rubato.Bench;

/// <summary>
/// What does looking through the promoted tracks add to a RECOMMEND that searches the whole catalogue (35,648 × 64), of which forty campaigns
/// promote a hundredth, a tenth, a half? One request at a time, default depths, another listener each.
/// </summary>
[MemoryDiagnoser, MinColumn, MedianColumn]
public class PromotedRetrievalBench
{
    private const int Campaigns = 40, Slots = 10, RequestCount = 64;

    private static readonly BatchLimits Limits = new() { RequestsMax = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("rubato-promoted-").FullName;
    private readonly float[][] _listeners = new float[RequestCount][];
    private BenchCatalogue _catalogue = null!;
    private Lane _similar = null!, _promoted = null!;
    private int _next;

    [Params(360, 3600, 18_000)]
    public int PromotedTracks { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _catalogue = new BenchCatalogue(campaigns: false, Limits);
        var random = new Random(20_260_801);
        string campaigns = Path.Combine(_folder, "campaigns.json");
        BenchCampaigns.Write(campaigns, Campaigns, [.. _catalogue.TrackIds.OrderBy(_ => random.Next()).Take(PromotedTracks)]);
        EngineOptions options = _catalogue.Options with { CampaignsPath = campaigns };
        for (int i = 0; i < RequestCount; i++) _listeners[i] = [.. Enumerable.Range(0, BenchCatalogue.Dimension).Select(_ => random.NextSingle() - 0.5f)];
        _similar = new Lane(options with { Limits = Limits with { PromotedDepth = 0 } });
        _promoted = new Lane(options);
        for (int i = 0; i < 4000; i++) // both, whatever is measured first: code of the first tier is several times slower
        {
            BySimilarity();
            AndAmongPromotedTracks();
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _similar.Dispose();
        _promoted.Dispose();
        _catalogue.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The 256 most similar tracks.</summary>
    [Benchmark(Baseline = true)]
    public void BySimilarity() => _similar.Recommend(_listeners[_next++ % RequestCount]);

    /// <summary>And the 64 most similar promoted ones.</summary>
    [Benchmark]
    public void AndAmongPromotedTracks() => _promoted.Recommend(_listeners[_next++ % RequestCount]);

    private sealed class Lane(EngineOptions options) : IDisposable
    {
        private readonly Engine _engine = Engine.Open(options with { SearchThreads = 1 });
        private readonly RequestBatch _requests = new(BenchCatalogue.Dimension, options.Limits);
        private readonly ResponseBatch _responses = new(options.Limits);

        public void Recommend(float[] listener)
        {
            _requests.Clear();
            _requests.AddRecommend(listener, new SlateSettings(Slots), default);
            _engine.Score(_requests, _responses);
        }

        public void Dispose() => _engine.Dispose();
    }
}
