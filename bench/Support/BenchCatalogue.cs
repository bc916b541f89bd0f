using Rubato.Server;

namespace Rubato.Bench;

/// <summary>A seeded catalogue of the size of music-cds in a temporary folder, with or without the synthetic campaigns of the demo.</summary>
internal sealed class BenchCatalogue : IDisposable
{
    public const int Rows = 35_648, Dimension = 64;
    private const int Seed = 20_260_801;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rubato-bench-");

    /// <param name="campaigns">forty campaigns with prices; otherwise scores are relevance alone</param>
    /// <param name="limits">of the engine's batches</param>
    public BenchCatalogue(bool campaigns, BatchLimits limits)
    {
        var random = new Random(Seed);
        float[] vectors = new float[Rows * Dimension];
        for (int i = 0; i < vectors.Length; i++) vectors[i] = random.NextSingle() - 0.5f;
        TrackIds = [.. Enumerable.Range(0, Rows).Select(row => 7L * row + 3)]; // not the row numbers: those need no look-up
        string path = File("vectors.npy"), ids = File("ids.npy"), attributes = File("attributes.jsonl");
        NpyFile.Write<float>(path, vectors, Dimension);
        NpyFile.Write<long>(ids, TrackIds);
        var synthetic = new SyntheticCampaigns(TrackIds);
        synthetic.WriteAttributes(attributes);
        synthetic.WriteCampaigns(File("campaigns.json"));
        PriceFolder.Write(File("prices"), synthetic.Prices());
        CatalogueBuilder.Build(new CatalogueSources { VectorsPath = path, TrackIdsPath = ids, AttributesPath = attributes }, File("bench.rbt"));
        Options = new EngineOptions
        {
            CataloguePath = File("bench.rbt"),
            CampaignsPath = campaigns ? File("campaigns.json") : null,
            PricesPath = campaigns ? File("prices") : null,
            Limits = limits,
        };
    }

    /// <summary>[rows]</summary>
    public long[] TrackIds { get; }

    /// <summary>Opens this catalogue.</summary>
    public EngineOptions Options { get; }

    public void Dispose() => _folder.Delete(recursive: true);

    private string File(string name) => Path.Combine(_folder.FullName, name);
}
