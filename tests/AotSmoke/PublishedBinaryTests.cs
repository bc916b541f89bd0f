using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;
using Xunit.Abstractions;

namespace Rubato.Tests.AotSmoke;

/// <summary>The published Native AOT binary, end to end: it answers what the library answers, it is small, it starts and stops as promised.</summary>
public sealed class PublishedBinaryTests(ITestOutputHelper output)
{
    private const int BinaryBytesMax = 20_000_000, ResidentBytesMax = 100_000_000;

    [SkippableTheory, InlineData(1), InlineData(2)]
    public async Task AnswersEqualTheLibraryToTheBit(int seed)
    {
        _ = PublishedBinary.Path;
        using DemoSample sample = DemoSample.Create();
        using Engine engine = Engine.Open(new EngineOptions
        {
            CataloguePath = sample.CataloguePath, CampaignsPath = sample.CampaignsPath, PricesPath = sample.PricesPath,
        });
        using PublishedBinary server = await PublishedBinary.ServeAsync("--catalogue", sample.CataloguePath, "--campaigns", sample.CampaignsPath,
            "--prices", sample.PricesPath);
        await using RubatoClient client = await RubatoClient.ConnectAsync(server.Listen);
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        var random = new Random(seed);
        var answer = new ScoreAnswer();
        for (int request = 0; request < 100; request++)
        {
            bool recommends = request % 3 == 0;
            float[] listener = sample.Listeners.Row(random.Next(sample.Listeners.Rows)).ToArray();
            long[] candidates = recommends ? [] : [.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => sample.TrackIds[random.Next(sample.TrackIds.Length)])];
            var query = new ScoreQuery
            {
                Listener = listener, Candidates = candidates, Cohort = (uint)random.Next(2), Market = random.Next(2) == 0 ? null : "DE",
                ExcludeExplicit = random.Next(2) == 0, Breakdown = true, Slots = (ushort)(recommends ? 20 : 0), LicensorSlotsMax = (ushort)random.Next(4),
            };
            await (recommends ? client.RecommendAsync(query, answer) : client.ScoreAsync(query, answer));

            var settings = new RequestSettings
            {
                Market = query.Market is null ? default : Market.Parse(query.Market), ExcludeExplicit = query.ExcludeExplicit, Cohort = query.Cohort,
                WantBreakdown = true,
            };
            requests.Clear();
            _ = recommends ? requests.AddRecommend(listener, new SlateSettings(20, query.LicensorSlotsMax), settings) : requests.AddScore(listener, candidates, settings);
            engine.Score(requests, responses);
            Assert.Equal(responses.Scores(0).ToArray(), answer.Scores.ToArray());
            Assert.Equal(responses.CampaignIds(0).ToArray(), answer.Campaigns.ToArray());
            for (int term = 0; term < ScoresReply.TermCount; term++)
                Assert.Equal(responses.Terms(0, (BreakdownTerm)term).ToArray(), answer.Terms(term).ToArray());
            if (recommends) Assert.Equal(responses.TrackIds(0).ToArray(), answer.Tracks.ToArray());
        }
        Assert.Equal(0, await server.TerminateAsync());
    }

    [SkippableFact]
    public async Task AKilledServerKnowsItsFsyncedEventsAndReadsItsCampaignsAgainOnHangUp()
    {
        _ = PublishedBinary.Path;
        using var folder = new TemporaryFolder();
        using DemoSample sample = DemoSample.Create();
        string campaigns = folder.File("campaigns.json");
        File.Copy(sample.CampaignsPath, campaigns);
        string[] arguments =
        [
            "--catalogue", sample.CataloguePath, "--campaigns", campaigns, "--prices", sample.PricesPath, "--ledger", folder.File("ledger"),
            "--set", "Data:WatchCampaigns=false", "--set", "Pacing:Policy=greedy",
        ];
        var answer = new ScoreAnswer();
        var query = new ScoreQuery { Listener = sample.Listeners.Row(0).ToArray(), Market = "DE", Slots = 20 };
        Exposure[] events;
        using (PublishedBinary server = await PublishedBinary.ServeAsync(arguments))
        {
            await using RubatoClient client = await RubatoClient.ConnectAsync(server.Listen);
            await client.RecommendAsync(query, answer);
            events = [.. Enumerable.Range(0, answer.Count).Where(i => !answer.Reservations[i].IsNone).Select(i => new Exposure(answer.Reservations[i], answer.Tracks[i], 60))];
            Assert.NotEmpty(events);
            Assert.All(await client.ExposeAsync(events, ExposureDurability.Fsynced), result => Assert.Equal(ExposureResult.Settled, result));
            (int code, _, string error) = await PublishedBinary.RunAsync(["serve", "--listen", "127.0.0.1:0", "--admin", "none", .. arguments]);
            Assert.Equal(1, code);
            Assert.Contains("another process has this ledger open", error);
        } // SIGKILL
        using (PublishedBinary server = await PublishedBinary.ServeAsync(arguments))
        {
            await using RubatoClient client = await RubatoClient.ConnectAsync(server.Listen);
            Assert.All(await client.ExposeAsync(events), result => Assert.Equal(ExposureResult.AlreadySettled, result));
            File.WriteAllText(campaigns, """{"cohorts":[],"campaigns":[]}""");
            await server.SignalAsync("HUP");
            for (int i = 0; i < 500 && (i == 0 || answer.Reservations.ToArray().Any(reservation => !reservation.IsNone)); i++, await Task.Delay(10))
                await client.RecommendAsync(query, answer);
            Assert.DoesNotContain(answer.Reservations.ToArray(), reservation => !reservation.IsNone);
            Assert.Equal(0, await server.TerminateAsync());
        }
    }

    [SkippableFact]
    public async Task ADrainLastsAsLongAsItMayAndASecondSignalEndsIt()
    {
        using DemoSample sample = DemoSample.Create();
        Assert.Equal((0, true), await Drain(secondSignal: false));
        Assert.Equal((128 + 15, false), await Drain(secondSignal: true));

        async Task<(int Code, bool Lasted)> Drain(bool secondSignal)
        {
            using PublishedBinary server = await PublishedBinary.ServeAsync("--catalogue", sample.CataloguePath, "--set", "Limits:DrainSecondsMax=4");
            using var restless = new RawConnection(server.Listen);
            restless.SayHello();
            Task<int> ended = server.TerminateAsync();
            var watch = Stopwatch.StartNew();
            for (ulong id = 2; !ended.IsCompleted; id++, await Task.Delay(20)) // never quiet between two looks, 100 ms apart
            {
                try
                {
                    restless.Send(RawConnection.Ping(id));
                }
                catch (Exception closed) when (closed is IOException or SocketException)
                {
                    break;
                }
                if (secondSignal && watch.Elapsed.TotalSeconds > 1) await server.SignalAsync("TERM");
            }
            int code = await ended;
            return (code, watch.Elapsed.TotalSeconds > 3.5);
        }
    }

    [SkippableFact]
    public async Task AModelLeavesNothingInTheHomeFolder() // where ONNX Runtime would keep what it sends to its maker
    {
        _ = PublishedBinary.Path;
        using TemporaryFolder home = new(), models = new();
        string model = models.Write("m.onnx", OnnxModels.Unary("Relu"));
        (int code, string told, string error) = await PublishedBinary.RunAsync(home.Path, ["model", "check", model]);
        Skip.If(code != 0 && error.Contains("native library was not found", StringComparison.Ordinal), error);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("runtime   ONNX Runtime ", told);
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
    }

    [SkippableFact]
    public async Task IsSmallAndStartsFast()
    {
        using var folder = new TemporaryFolder();
        string snapshot = folder.File("c.rbt");
        CatalogueBuilder.Build(snapshot, Vectors.Uniform(new Random(1), 35_648 * 64), 64);
        var answer = new ScoreAnswer();
        var query = new ScoreQuery { Listener = Vectors.Uniform(new Random(2), 64), Candidates = Enumerable.Range(0, 100).Select(id => (long)id).ToArray() };
        double best = double.PositiveInfinity; // of three starts: the first one warms this process's client up
        long resident = 0;
        for (int start = 0; start < 3; start++)
        {
            int port = FreePort();
            var watch = Stopwatch.StartNew();
            using Process process = Process.Start(new ProcessStartInfo(PublishedBinary.Path,
                ["serve", "--catalogue", snapshot, "--listen", $"127.0.0.1:{port}", "--admin", "127.0.0.1:0"])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                await using RubatoClient client = await ConnectWhenListening(port, process);
                await client.ScoreAsync(query, answer);
                best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
                for (int i = 0; i < 2000; i++) await client.ScoreAsync(query, answer);
                process.Refresh();
                resident = process.WorkingSet64;
            }
            finally
            {
                process.Kill();
            }
        }
        long bytes = new FileInfo(PublishedBinary.Path).Length;
        output.WriteLine($"FIGURE binary {bytes / 1e6:0.0} MB; process start to first answer {best:0} ms; resident {resident / 1e6:0} MB (35,648 x 64)");
        Assert.InRange(bytes, 1, BinaryBytesMax);
        Assert.InRange(resident, 1, ResidentBytesMax);
    }

    [SkippableFact]
    public async Task AllocatesNothingPerRequest()
    {
        using DemoSample sample = DemoSample.Create();
        using PublishedBinary server = await PublishedBinary.ServeAsync("--catalogue", sample.CataloguePath);
        string target = server.Listen.ToString(), ids = System.IO.Path.Combine(sample.Folder, "ids.npy");
        await using RubatoClient client = await RubatoClient.ConnectAsync(server.Listen);
        await Load("--seconds", "1");
        StatsReply before = await client.StatsAsync();
        await Load("--seconds", "60", "--requests", "200000");
        StatsReply after = await client.StatsAsync();
        double requests = after.RequestsOk - before.RequestsOk, perRequest = (after.AllocatedBytes - before.AllocatedBytes) / requests;
        output.WriteLine($"FIGURE {perRequest:0.000} bytes allocated per request over {requests:0} requests");
        Assert.InRange(requests, 200_000, double.MaxValue);
        Assert.InRange(perRequest, 0, 0.999);

        async Task Load(params string[] more)
        {
            (int code, string report, string error) = await PublishedBinary.RunAsync(["load", "--target", target, "--ids", ids, "--connections", "4", "--in-flight", "32", .. more]);
            Assert.True(code == 0, error + report);
        }
    }

    [SkippableTheory]
    [InlineData(0, "demo")]
    [InlineData(0, "doctor")]
    [InlineData(0, "simulate", "--hours", "2", "--requests", "5000", "--campaigns", "10")]
    [InlineData(0, "--help")]
    [InlineData(1, "catalogue", "info", "/nowhere/c.rbt")]
    [InlineData(1, "serve", "--catalogue", "/nowhere/c.rbt")]
    [InlineData(2, "serve", "--set", "Limits:Nothing=1")]
    [InlineData(2, "serve", "--nothing")]
    [InlineData(2, "nothing")]
    public async Task CommandsEndWithTheirExitCode(int expected, params string[] arguments)
    {
        (int code, string printed, string error) = await PublishedBinary.RunAsync(arguments);
        Assert.Equal(expected, code);
        Assert.DoesNotContain("   at ", error); // no stack trace
        if (expected == 0) Assert.NotEmpty(printed);
        else Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [SkippableTheory]
    [InlineData("ort-mnist-cnn", "test_data_set_0")]
    [InlineData("ort-mnist-cnn", "test_data_set_1")]
    [InlineData("ort-mnist-cnn", "test_data_set_2")]
    [InlineData("tract-xgboost-regressor-tree", "io.npz")]
    [InlineData("tract-xgboost-classifier-tree", "io.npz")]
    [InlineData("tract-lgbm-regressor-tensor", "io.npz")]
    [InlineData("tract-lgbm-classifier-tensor", "io.npz")]
    [InlineData("tract-byte-sb-bidi-lstm", "io.npz")]
    public async Task ModelsAnswerAsExpected(string model, string data)
    {
        SkipWithoutRuntime();
        (int code, string printed, string error) = await PublishedBinary.RunAsync(["model", "check", TestData.Path("onnx-models", model, "model.onnx"),
            "--expect", TestData.Path("onnx-models", model, data), "--atol", "1e-4"]);
        Assert.True(code == 0, error);
        Assert.Contains("equal     ", printed);
    }

    [SkippableFact]
    public async Task ModelsAreServedOverBothProtocols()
    {
        SkipWithoutRuntime();
        using ModelFolders folders = new();
        folders.Unary("tower", 4, """ "labels": ["stable"], """);
        string snapshot = folders.File(".c.rbt");
        CatalogueBuilder.Build(snapshot, Vectors.Uniform(new Random(1), 16), 4);
        using PublishedBinary server = await PublishedBinary.ServeAsync("--catalogue", snapshot, "--models", folders.Path, "--kserve", "127.0.0.1:0");
        await using RubatoClient client = await RubatoClient.ConnectAsync(server.Listen);
        var answer = new ModelAnswer();
        await client.EmbedAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new float[] { 1, 2, 3, 4 } }, answer);
        Assert.Equal(4, answer.Version);
        Assert.Equal([-1f, -2, -3, -4], answer.Values.ToArray());
        using var http = new HttpClient();
        Assert.Equal(["admin", "kserve"], [server.Ready[4], server.Ready[6]]);
        using HttpResponseMessage infer = await http.PostAsync($"http://{server.Ready[7]}/v2/models/tower/infer",
            new StringContent("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4] }] }"""));
        Assert.Contains("\"data\":[-1,-2,-3,-4]", await infer.Content.ReadAsStringAsync());
        folders.Unary("tower", 5, """ "labels": ["stable"], """);
        using HttpResponseMessage look = await http.PostAsync($"http://{server.Ready[5]}/models/look", null);
        await client.EmbedAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new float[4] }, answer);
        Assert.Equal(5, answer.Version);
        Assert.Contains("rubato_model_label{model=\"tower\",label=\"stable\"} 5", await http.GetStringAsync($"http://{server.Ready[5]}/metrics"));
        Assert.Equal(0, await server.TerminateAsync());
    }

    [SkippableFact]
    public async Task WithoutTheLibraryEverythingButModelsRuns()
    {
        using ModelFolders folders = new();
        string alone = folders.File("rubato"), snapshot = folders.File("c.rbt"); // the binary without what is published beside it
        File.Copy(PublishedBinary.Path, alone);
        CatalogueBuilder.Build(snapshot, Vectors.Uniform(new Random(1), 16), 4);
        (int code, string text) = Run(["serve", "--catalogue", snapshot, "--models", folders.Path]);
        Skip.If(code == -1, "ONNX Runtime is installed on this system");
        Assert.Equal(1, code);
        Assert.Contains("libonnxruntime", Assert.Single(text.TrimEnd('\n').Split('\n')));
        Assert.Equal(0, Run(["demo"]).Code);

        (int Code, string Error) Run(string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(alone, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (process.WaitForExit(30_000)) return (process.ExitCode, error.Result);
            process.Kill();
            return (-1, "");
        }
    }

    private static void SkipWithoutRuntime() => Skip.IfNot(
        File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(PublishedBinary.Path)!, "libonnxruntime.so.1")), "published without ONNX Runtime: install npm");

    private static async Task<RubatoClient> ConnectWhenListening(int port, Process process)
    {
        while (true)
        {
            try
            {
                return await RubatoClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (ConnectionLostException) when (!process.HasExited)
            {
                await Task.Delay(1);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
