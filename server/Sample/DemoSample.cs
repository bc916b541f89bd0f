namespace Rubato.Server;

/// <summary>The demo's data, unpacked into a temporary folder: real factors, synthetic campaigns (README.md beside this file).</summary>
internal sealed class DemoSample : IDisposable
{
    private DemoSample(string folder) => Folder = folder;

    /// <summary>The temporary folder.</summary>
    public string Folder { get; }

    /// <summary>The catalogue snapshot.</summary>
    public string CataloguePath => Path.Combine(Folder, "sample.rbt");

    /// <summary>The campaigns file.</summary>
    public string CampaignsPath => Path.Combine(Folder, "campaigns.json");

    /// <summary>The price folder.</summary>
    public string PricesPath => Path.Combine(Folder, "prices");

    /// <summary>Listener vectors, [256, 64].</summary>
    public required NpyArray<float> Listeners { get; init; }

    /// <summary>Track ids, [5000].</summary>
    public required long[] TrackIds { get; init; }

    /// <summary>Unpacks the factors, makes up the campaigns and builds the catalogue.</summary>
    public static DemoSample Create()
    {
        string folder = Directory.CreateTempSubdirectory("rubato-demo-").FullName;
        try
        {
            string vectors = Unpack(folder, "tracks.npy"), ids = Unpack(folder, "ids.npy"), listeners = Unpack(folder, "listeners.npy");
            var sample = new DemoSample(folder)
            {
                Listeners = NpyFile.Read<float>(listeners, dimensions: 2),
                TrackIds = NpyFile.Read<long>(ids, dimensions: 1).Values,
            };
            string attributes = Path.Combine(folder, "attributes.jsonl");
            var campaigns = new SyntheticCampaigns(sample.TrackIds);
            campaigns.WriteAttributes(attributes);
            campaigns.WriteCampaigns(sample.CampaignsPath);
            PriceFolder.Write(sample.PricesPath, campaigns.Prices());
            CatalogueBuilder.Build(new CatalogueSources { VectorsPath = vectors, TrackIdsPath = ids, AttributesPath = attributes }, sample.CataloguePath);
            return sample;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Removes the folder.</summary>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Unpack(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        using Stream resource = typeof(DemoSample).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in this build");
        using FileStream file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }
}
