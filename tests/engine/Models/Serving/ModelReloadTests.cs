using Rubato.Client;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>The short form of bench's <c>models reload</c>: what must hold on any machine.</summary>
public sealed class ModelReloadTests
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
}
