namespace Rubato.Server;

/// <summary>The data sets that can be simulated, made ready in a temporary folder.</summary>
internal sealed class SimulationSource : IDisposable
{
    /// <summary>Names for the command line.</summary>
    public static readonly string[] Names = ["sample", "music-cds", "deezer-carousel"];

    private const int MusicListeners = 2000, DeezerListenersPerUser = 100;
    private const float DeezerNoise = 0.25f; // of a value's spread over the users: listeners of a kind differ less than kinds do
    private const double MusicSlope = 3, MusicOffset = -2.5; // a similarity of 1, what the factorisation fitted purchases to, is relevance 0.62
    private readonly IDisposable _folder;

    private SimulationSource(SimulationData data, string label, IDisposable folder) => (Data, Label, _folder) = (data, label, folder);

    /// <summary>Catalogue and listeners.</summary>
    public SimulationData Data { get; }

    /// <summary>What is real and what is not, for people.</summary>
    public string Label { get; }

    /// <param name="name">one of <see cref="Names"/></param> <param name="dataFolder">folder that holds the data sets; not needed for the sample</param>
    /// <param name="seed">of what is drawn</param>
    /// <exception cref="DataFileException">A file of the data set is missing or damaged.</exception>
    /// <exception cref="InvalidDataException">Likewise.</exception> <exception cref="IOException">A file cannot be read.</exception>
    public static SimulationSource Open(string name, string dataFolder, int seed) => name switch
    {
        "sample" => Sample(),
        "music-cds" => MusicCds(Path.Combine(dataFolder, name), seed),
        _ => Deezer(Path.Combine(dataFolder, name), seed),
    };

    /// <summary>Removes the temporary folder.</summary>
    public void Dispose() => _folder.Dispose();

    private static SimulationSource Sample()
    {
        DemoSample sample = DemoSample.Create();
        return new SimulationSource(new SimulationData(sample.CataloguePath, sample.Listeners.Values, MusicSlope, MusicOffset),
            "embedded sample: real factors of 5000 tracks and 256 listeners; campaigns, budgets and traffic synthetic", sample);
    }

    private static SimulationSource MusicCds(string folder, int seed)
    {
        NpyArray<float> all = NpyFile.Read<float>(Path.Combine(folder, "listeners.npy"), dimensions: 2);
        int[] chosen = [.. Enumerable.Range(0, all.Rows)];
        new Random(seed).Shuffle(chosen);
        Array.Resize(ref chosen, Math.Min(MusicListeners, all.Rows));
        float[] listeners = [.. chosen.SelectMany(row => all.Values.AsSpan(row * all.Columns, all.Columns).ToArray())];
        var temporary = new TemporaryCatalogue();
        return temporary.Keep(() =>
        {
            CatalogueBuilder.Build(new CatalogueSources { VectorsPath = Path.Combine(folder, "tracks.npy") }, temporary.CataloguePath);
            return new SimulationSource(new SimulationData(temporary.CataloguePath, listeners, MusicSlope, MusicOffset),
                $"music-cds: real factors of 35,648 tracks and {chosen.Length} of {all.Rows} listeners; campaigns, budgets and traffic synthetic", temporary);
        });
    }

    private static SimulationSource Deezer(string folder, int seed)
    {
        const int dimension = 97;
        float[] playlists = GzipCsv.Read(Path.Combine(folder, "playlist_features.csv.gz"), dimension, skipped: 0);
        float[] users = GzipCsv.Read(Path.Combine(folder, "user_features_small.csv.gz"), dimension, skipped: 1);
        float[] listeners = Varied(users, dimension - 1, seed);
        var temporary = new TemporaryCatalogue();
        return temporary.Keep(() =>
        {
            CatalogueBuilder.Build(temporary.CataloguePath, playlists, dimension);
            return new SimulationSource(new SimulationData(temporary.CataloguePath, listeners, 1, 0),
                $"deezer-carousel: real vectors of {playlists.Length / dimension} playlists and {users.Length / (dimension - 1)} users, each of whom stands for "
                + $"{DeezerListenersPerUser} listeners with noise of {DeezerNoise} of a value's spread; stream probability = σ(inner product), as published; "
                + "campaigns, budgets and traffic synthetic", temporary);
        });
    }

    /// <summary>Listeners like the users, with the constant 1 that the published model appends.</summary>
    private static float[] Varied(float[] users, int dimension, int seed)
    {
        var random = new Random(seed);
        int count = users.Length / dimension;
        var spreads = new double[dimension];
        for (int c = 0; c < dimension; c++)
        {
            double[] values = [.. Enumerable.Range(0, count).Select(user => (double)users[user * dimension + c])];
            spreads[c] = Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
        }
        var listeners = new List<float>();
        for (int user = 0; user < count; user++)
            for (int listener = 0; listener < DeezerListenersPerUser; listener++)
            {
                for (int c = 0; c < dimension; c++) listeners.Add(users[user * dimension + c] + (float)(DeezerNoise * spreads[c] * Normal(random)));
                listeners.Add(1);
            }
        return [.. listeners];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
