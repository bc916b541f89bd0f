using System.Net;
using Rubato.Client;
using Rubato.Server;

namespace Rubato.Tests.Support;

/// <summary>A server with models: "tower" (4 features → 16 values), "ranker" (all roles → score), "loop" (as long as it is told), "any" (−x on rows of 4), "echo" (texts of any number).</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    public static readonly (string Name, int Width)[] RankerInputs = [("listener", TestServer.Dimension), ("track", TestServer.Dimension), ("attributes", 3), ("features", 2)];

    public ModelServer(Action<ServerOptions>? configure = null)
    {
        _ = ModelRuntimes.Shared; // or the test is skipped
        TowerWeights = Vectors.Uniform(new Random(1), 4 * TestServer.Dimension);
        RankerWeights = Vectors.Uniform(new Random(2), 2 * TestServer.Dimension + 5);
        Folders.Write("tower", 3, Tower(TowerWeights), """ "inputs": [{ "name": "x", "role": "listenerVector" }], "outputs": [{ "name": "y", "role": "embedding" }], "labels": ["stable"], """,
            [("x", new float[4], [1, 4])], new float[TestServer.Dimension], [1, TestServer.Dimension]);
        WriteRanker(5);
        Folders.Loop("loop", 1, """ "labels": ["stable"], """);
        Folders.Unary("any", 1, """ "labels": ["stable"], """);
        Folders.Echo("echo", 1, OnnxModels.String, [1], OnnxModels.Texts("x", ["ä"], 1), OnnxModels.Texts("y", ["ä"], 1));
        Server = new TestServer(options =>
        {
            options.ModelsPath = Folders.Path;
            options.Models.PollMilliseconds = 0;
            configure?.Invoke(options);
        });
    }

    public ModelFolders Folders { get; } = new();

    public TestServer Server { get; }

    public ModelHost Host => Server.Server.Models!.Host;

    public IPEndPoint Address => Server.Address;

    /// <summary>[4, 16]</summary>
    public float[] TowerWeights { get; }

    public float[] RankerWeights { get; }

    public Task<RubatoClient> ClientAsync() => Server.ClientAsync();

    /// <summary>A ranker with the same weights, as another version.</summary>
    public void WriteRanker(int version, string more = """ "labels": ["stable"], """) => Folders.Write("ranker", version, OnnxModels.Linear(RankerInputs, RankerWeights), """
         "inputs": [{ "name": "listener", "role": "listenerVector" }, { "name": "track", "role": "trackVector" },
                    { "name": "attributes", "role": "attributes" }, { "name": "features", "role": "candidateFeatures" }],
         "outputs": [{ "name": "y", "role": "score" }], "calibration": { "method": "platt", "slope": 0.5, "offset": 0.1 },
        """ + more, [.. RankerInputs.Select(input => (input.Name, Enumerable.Repeat(1f, input.Width).ToArray(), new long[] { 1, input.Width }))], [RankerWeights.Sum()], [1, 1]);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Folders.Dispose();
    }

    private static byte[] Tower(float[] weights) => OnnxModels.Model(OnnxModels.Graph((1, OnnxModels.Node("MatMul", ["x", "w"], ["y"])),
        (5, OnnxModels.Tensor("w", OnnxModels.Float, weights, 4, TestServer.Dimension)),
        (11, OnnxModels.Value("x", OnnxModels.Float, "batch,4")), (12, OnnxModels.Value("y", OnnxModels.Float, $"batch,{TestServer.Dimension}"))));
}
