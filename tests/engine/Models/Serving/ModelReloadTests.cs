using System.Diagnostics;
using Rubato.Client;
using Rubato.Tests.Support;
using Xunit.Abstractions;

namespace Rubato.Tests.Models;

/// <summary>The short form of bench's <c>models reload</c> and <c>models batching</c>: what must hold on any machine.</summary>
public sealed class ModelReloadTests(ITestOutputHelper output)
{
    [SkippableTheory, InlineData(5)]
    public async Task NoRequestFailsOverTheWireWhileVersionsChange(int reloads)
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        bool stop = false;
        var versions = new SortedSet<int>();
        long done = 0;
        Task[] callers = [.. Enumerable.Range(0, 8).Select(async caller =>
        {
            var query = new ModelQuery
            {
                Model = "ranker", Listener = TestServer.Listener(), Tracks = new long[] { 1, 2, 3 }, Features = new float[6], Deadline = TimeSpan.FromSeconds(30),
            };
            var answer = new ModelAnswer();
            while (!Volatile.Read(ref stop))
            {
                await client.RankAsync(query, answer); // a refusal fails the test
                lock (versions) versions.Add(answer.Version);
                Interlocked.Increment(ref done);
            }
        })];
        TestServer.WaitUntil(() => Volatile.Read(ref done) > 0, "nobody answers"); // or the first version has gone before anybody asked
        for (int version = 6; version < 6 + reloads; version++)
        {
            server.WriteRanker(version);
            await server.Host.LookAsync();
            long before = Volatile.Read(ref done);
            TestServer.WaitUntil(() => Volatile.Read(ref done) > before + 100, "nobody answers");
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);
        Assert.Equal(Enumerable.Range(5, reloads + 1), versions);
    }

    [SkippableFact]
    public async Task BatchesAreFasterThanSingleRows()
    {
        using ModelFolders folders = new();
        foreach ((int version, int rowsMax) in new[] { (1, 1), (2, 256) })
            folders.Write("mlp", version, OnnxModels.Mlp(1, 128, 256, 128, 1), $""" "rowsMax": {rowsMax}, "queueRowsMax": 100000, """, [("x", new float[128], [1, 128])], [0.5f], [1, 1]);
        using ModelHost host = folders.Open();
        await host.LoadAsync("mlp", 1);
        await host.LoadAsync("mlp", 2);
        double[] ratios = new double[5];
        for (int round = 0; round < ratios.Length; round++) ratios[round] = await Seconds(1) / await Seconds(2); // in turns: the machine's mood hits both
        double ratio = ratios.Order().ElementAt(ratios.Length / 2);
        output.WriteLine($"FIGURE batches of up to 256 rows take {ratio:0.0} times fewer seconds than single rows (128-256-128-1)");
        Assert.InRange(ratio, 1.5, double.MaxValue); // 4 and more on quiet cores: bench, models batching

        async Task<double> Seconds(int version)
        {
            RowsWork[] works = [.. Enumerable.Range(0, 4000).Select(_ => new RowsWork(new float[128], 128, answerWidth: 1))];
            long begun = Stopwatch.GetTimestamp();
            foreach (RowsWork work in works) Assert.True(host.Hold("mlp", version).TrySubmit(work, out _));
            foreach (RowsWork work in works) Assert.Equal(ModelStatus.Ok, (await work.Outcome).Status);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }
}
