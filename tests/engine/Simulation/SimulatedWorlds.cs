using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Small worlds: a random catalogue and listeners, and a few hours of traffic.</summary>
internal sealed class SimulatedWorlds : IDisposable
{
    public const int Tracks = 300, Dimension = 8, Listeners = 50;
    private readonly TemporaryFolder _folder = new();

    public SimulatedWorlds(int seed)
    {
        var random = new Random(seed);
        float[] Vectors(int rows) => [.. Enumerable.Range(0, rows * Dimension).Select(_ => (random.NextSingle() * 2) - 1)];
        CatalogueBuilder.Build(_folder.File("catalogue.rbt"), Vectors(Tracks), Dimension);
        Data = new SimulationData(_folder.File("catalogue.rbt"), Vectors(Listeners), RelevanceSlope: 2, RelevanceOffset: -2);
    }

    public SimulationData Data { get; }

    public static SimulationOptions Short(int seed) => new()
    {
        Seed = seed, Hours = 14, RequestsPerDay = 40_000, Campaigns = 25, Candidates = 64, IntervalSeconds = 30,
    };

    public void Dispose() => _folder.Dispose();
}
