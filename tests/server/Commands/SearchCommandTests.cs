using System.Text.Json;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class SearchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1, 1), InlineData(7, 1), InlineData(3, 2)]
    public async Task TheFilesHoldTheBestTracksByTheirIds(int batch, int threads)
    {
        const int rows = 200, dimension = 9, queryCount = 10, k = 4;
        var random = new Random(batch);
        float[] vectors = Vectors.Uniform(random, rows * dimension), queries = Vectors.Uniform(random, queryCount * dimension);
        long[] ids = Snapshots.Ids(random, rows);
        CatalogueBuilder.Build(_folder.File("c.rbt"), vectors, dimension, ids);
        NpyFile.Write<float>(_folder.File("q.npy"), queries, dimension);
        string output = await RubatoCommand.Done([.. Command(k), "--batch", $"{batch}", "--threads", $"{threads}", "--json"]);

        JsonElement json = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        Assert.Equal(["seconds", "queries_per_second", "p50_us", "p99_us", "variant", "rescored_fraction", "threads", "batch"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal((batch, threads), (json.GetProperty("batch").GetInt32(), json.GetProperty("threads").GetInt32()));
        Assert.InRange(json.GetProperty("p99_us").GetDouble(), json.GetProperty("p50_us").GetDouble(), 1e9);

        NpyArray<long> foundIds = NpyFile.Read<long>(_folder.File("ids.npy"), dimensions: 2, queryCount, k);
        NpyArray<float> foundScores = NpyFile.Read<float>(_folder.File("scores.npy"), dimensions: 2, queryCount, k);
        for (int query = 0; query < queryCount; query++)
        {
            double[] scores = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, dimension).Sum(c => (double)queries[(query * dimension) + c] * vectors[(row * dimension) + c]))];
            int[] best = [.. Enumerable.Range(0, rows).OrderByDescending(row => scores[row]).Take(k)];
            Assert.Equal(best.Select(row => ids[row]), foundIds.Row(query).ToArray());
            Assert.Equal(best.Select(row => (float)scores[row]), foundScores.Row(query).ToArray());
        }
    }

    [Fact]
    public async Task PlacesPastTheLastTrackAreEmpty()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 1, [8, 6]);
        NpyFile.Write<float>(_folder.File("q.npy"), [3], 1);
        await RubatoCommand.Done([.. Command(4), "--variant", "scalar"]);
        Assert.Equal([6, 8, -1, -1], NpyFile.Read<long>(_folder.File("ids.npy"), 2, 1, 4).Values);
        Assert.Equal([6, 3, float.NegativeInfinity, float.NegativeInfinity], NpyFile.Read<float>(_folder.File("scores.npy"), 2, 1, 4).Values);
    }

    [SkippableFact]
    public async Task AGpuVariantWithoutADriverEndsWithOneLineAndExitCode1()
    {
        Skip.If(ScanKernels.Variants[0].Available, "this machine has a CUDA device");
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 2);
        NpyFile.Write<float>(_folder.File("q.npy"), [1, 2], columns: 2);
        Assert.Contains("variant \"cuda-int8\" cannot run here: no NVIDIA driver", await RubatoCommand.Refused(1, [.. Command(1), "--variant", "cuda-int8"]));
    }

    [Fact]
    public async Task BadQueriesEndWithOneLineAndExitCode1()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 2);
        Assert.Contains("q.npy: no such file", await RubatoCommand.Refused(1, Command(1)));
        NpyFile.Write<float>(_folder.File("q.npy"), [1, 2, 3], columns: 3);
        Assert.Contains("q.npy: shape (1, 3) (expected (N, 2))", await RubatoCommand.Refused(1, Command(1)));
        NpyFile.Write<float>(_folder.File("q.npy"), [1, 2, 3, float.PositiveInfinity], columns: 2);
        Assert.Contains("q.npy: row 1, column 1: ", await RubatoCommand.Refused(1, Command(1)));
        NpyFile.Write<float>(_folder.File("q.npy"), [], columns: 2);
        Assert.Contains("expected at least one query", await RubatoCommand.Refused(1, Command(1)));
        NpyFile.Write<double>(_folder.File("q.npy"), [1, 2], columns: 2);
        Assert.Contains("q.npy: element type <f8 (expected <f4 or <f2)", await RubatoCommand.Refused(1, Command(1)));
        File.Delete(_folder.File("c.rbt"));
        Assert.Contains("c.rbt: no such file", await RubatoCommand.Refused(1, Command(1)));
    }

    [Fact]
    public async Task FilesThatCannotBeWrittenOrWouldBeLostAreNamedBeforeTheSearch()
    {
        CatalogueBuilder.Build(_folder.File("c.rbt"), new float[] { 1, 2 }, 2);
        NpyFile.Write<float>(_folder.File("q.npy"), [1, 2], columns: 2);
        byte[] queries = File.ReadAllBytes(_folder.File("q.npy"));
        Assert.Contains("is the file of --queries too", await RubatoCommand.Refused(2, With("--out-ids", _folder.File("q.npy"))));
        Assert.Contains("is the file of --catalogue too", await RubatoCommand.Refused(2, With("--out-scores", _folder.File("c.rbt"))));
        Assert.Contains("--out-scores", await RubatoCommand.Refused(2, With("--out-scores", _folder.File("ids.npy"))));
        Assert.Contains("its folder does not exist", await RubatoCommand.Refused(1, With("--out-scores", _folder.File("none/s.npy"))));
        Assert.Contains("is a folder", await RubatoCommand.Refused(1, With("--out-ids", _folder.Path)));
        Assert.Equal(["c.rbt", "q.npy"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(queries, File.ReadAllBytes(_folder.File("q.npy")));
        if (OperatingSystem.IsLinux())
        {
            string[] thrownAway = With("--out-scores", "/dev/null");
            thrownAway[Array.IndexOf(thrownAway, "--out-ids") + 1] = "/dev/null";
            await RubatoCommand.Done(thrownAway);
        }

        string[] With(string option, string path)
        {
            string[] command = Command(1);
            command[Array.IndexOf(command, option) + 1] = path;
            return command;
        }
    }

    [Theory]
    [InlineData("--k 0 is not an integer from 1 to 4096", "--k", "0")]
    [InlineData("--k 4097 is not an integer from 1 to 4096", "--k", "4097")]
    [InlineData("--k x is not an integer from 1 to 4096", "--k", "x")]
    [InlineData("--threads 0 is not an integer from 1 to 64", "--k", "1", "--threads", "0")]
    [InlineData("--batch -1 is not an integer from 1 to 4096", "--k", "1", "--batch", "-1")]
    [InlineData("--variant none is not one of", "--k", "1", "--variant", "none")]
    [InlineData("'--k' is required")]
    public async Task AnOptionOutOfItsRangeEndsWithExitCode2(string problem, params string[] options)
        => Assert.Contains(problem, await RubatoCommand.Refused(2, ["search", "--catalogue", "c", "--queries", "q", "--out-ids", "i", "--out-scores", "s", .. options]));

    private string[] Command(int k) =>
    [
        "search", "--catalogue", _folder.File("c.rbt"), "--queries", _folder.File("q.npy"), "--k", $"{k}",
        "--out-ids", _folder.File("ids.npy"), "--out-scores", _folder.File("scores.npy"),
    ];
}
