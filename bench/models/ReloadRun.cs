using System.Diagnostics;
using System.Globalization;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>Does a model change under open-loop traffic without a failed request, without a worse tail, and without keeping memory?</summary>
internal static class ReloadRun
{
    private const int Features = 128, Candidates = 4, Connections = 4;
    private const double TailRatioMax = 1.5, MemoryRatioMax = 1.1;
    private const string Manifest = """ "inputs": [{ "name": "x", "role": "candidateFeatures" }], "outputs": [{ "name": "y", "role": "score" }], "labels": ["stable"], """;

    /// <param name="seconds">of traffic</param> <param name="reloads">versions put into service meanwhile</param>
    /// <param name="rate">RANK requests of 4 candidates a second</param> <param name="hidden">width of the ranker's two hidden layers</param>
    public static async Task<bool> RunAsync(int seconds, int reloads, int rate, int hidden)
    {
        using var folder = new ModelRepositoryFolder();
        byte[] onnx = OnnxModels.Mlp(1, Features, hidden, hidden, 1);
        using (ModelRuntime runtime = ModelRuntime.Open(new ModelRuntimeOptions { Threads = 1 }))
            for (int version = 1; version <= reloads + 1; version++) folder.Prepare(runtime, "ranker", version, onnx, Manifest);
        folder.Place("ranker", 1);
        string catalogue = Path.Combine(folder.Path, ".catalogue.rbt");
        CatalogueBuilder.Build(catalogue, new float[Features], Features);
        using ServedBinary server = await ServedBinary.StartAsync("--catalogue", catalogue, "--models", folder.Path, "--set", "Models:PollMilliseconds=0");
        var clients = new RubatoClient[Connections];
        for (int i = 0; i < clients.Length; i++) clients[i] = await RubatoClient.ConnectAsync(server.Listen, new ClientOptions { InlineContinuations = true });
        var traffic = new ReloadTraffic(clients, Features, Candidates);
        Task warming = ByTheClock(traffic, 3, rate);
        for (int i = 0; i < 40; i++) // the code of this process that asks for a reload is compiled now, not in the minute that counts
        {
            await server.LookAsync();
            _ = await server.ModelsAsync();
        }
        await warming;
        traffic.Forget();
        await ByTheClock(traffic, seconds, rate); // without reloads
        LatencyHistogram without = traffic.All;
        traffic.Forget();
        (long bytes, _) = await server.ModelsAsync();
        Task sending = ByTheClock(traffic, seconds, rate);
        long started = Stopwatch.GetTimestamp();
        long[] resident = new long[reloads];
        double reloadSeconds = 0;
        for (int reload = 0; reload < reloads; reload++)
        {
            await Task.Delay(Math.Max(0, (int)((reload + 0.5) * 1000 * seconds / reloads - Stopwatch.GetElapsedTime(started).TotalMilliseconds)));
            folder.Place("ranker", reload + 2);
            long begun = Stopwatch.GetTimestamp();
            traffic.IsReloading = true;
            await server.LookAsync();
            (long Bytes, int Stable) now = await server.ModelsAsync();
            for (; now.Bytes > bytes; now = await server.ModelsAsync()) await Task.Delay(2); // the old one is freed
            traffic.IsReloading = false;
            if (now.Stable != reload + 2) throw new InvalidOperationException($"version {reload + 2} is not in service");
            reloadSeconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
            resident[reload] = server.ResidentBytes;
        }
        await sending;
        for (int wait = 0; traffic.Open > 0 && wait < 1000; wait++) Thread.Sleep(5);
        foreach (RubatoClient client in clients) await client.DisposeAsync();
        // The whole minute with its reloads, and the requests that were due while one was under way, against a minute without.
        double quiet = without.Percentile(0.99) / 1e6, during = traffic.During.Percentile(0.99) / 1e6, all = traffic.All.Percentile(0.99) / 1e6;
        double memory = (double)resident[^1] / resident[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{ \"published\": {(ServedBinary.IsPublished ? "true" : "false")}, \"reloads\": {reloads}, \"model_bytes\": {onnx.Length}, "
            + $"\"requests\": {traffic.All.Count}, \"failed\": {traffic.Failed}, \"requests_during\": {traffic.During.Count}, \"reload_ms\": {1000 * reloadSeconds / reloads:0.0}, "
            + $"\"p99_ms_without\": {quiet:0.000}, \"p99_ms_with\": {all:0.000}, \"p99_ms_during\": {during:0.000}, \"with_ratio\": {all / quiet:0.00}, "
            + $"\"during_ratio\": {during / quiet:0.00}, \"resident_mb\": [{string.Join(", ", resident.Select(bytes => bytes >> 20))}], \"resident_ratio\": {memory:0.000} }}"));
        return traffic.Failed == 0 && during <= TailRatioMax * quiet && all <= TailRatioMax * quiet && memory <= MemoryRatioMax;
    }

    // On a thread of its own: this method goes on where a connection's answers are handed out, which must not wait.
    private static Task ByTheClock(ReloadTraffic traffic, int seconds, int rate) =>
        Task.Factory.StartNew(() => traffic.Run(seconds, rate), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
}
