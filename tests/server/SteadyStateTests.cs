using Rubato.Client;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Client and server together allocate nothing per request, however the caller's code is continued.</summary>
[Collection(AloneCollection.Name)]
public sealed class SteadyStateTests
{
    private const int Requests = 8_000;

    [Theory, InlineData(true, 1), InlineData(false, 1), InlineData(true, 8), InlineData(false, 8)]
    public async Task ARequestAllocatesLessThanAByte(bool inline, int inFlight)
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { InlineContinuations = inline });
        ScoreQuery[] queries = [.. Enumerable.Range(0, inFlight).Select(seed => new ScoreQuery
        {
            Listener = TestServer.Listener(seed), Candidates = TestServer.Candidates(20), Breakdown = true,
        })];
        ScoreAnswer[] answers = [.. queries.Select(_ => new ScoreAnswer())];
        await RunAsync(Requests); // methods are compiled, pools have grown
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++) // the test runner allocates beside us now and then; what requests allocate is in every round
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(Requests);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.InRange(least, 0, Requests - 1);

        Task RunAsync(int requests) => Task.WhenAll(Enumerable.Range(0, inFlight).Select(async i =>
        {
            await Task.Yield();
            for (int request = 0; request < requests / inFlight; request++)
            {
                await client.ScoreAsync(queries[i], answers[i]);
                if (request % 8 != 0) continue;
                queries[i].Slots = 5;
                await client.RecommendAsync(queries[i], answers[i]);
                queries[i].Slots = 0;
            }
        }));
    }
}
