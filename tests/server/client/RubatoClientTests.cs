using System.Net;
using System.Net.Sockets;
using Rubato.Client;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>The client against a real server.</summary>
public sealed class RubatoClientTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static TheoryData<bool> InlineOrNot => [false, true];

    [Theory, MemberData(nameof(InlineOrNot))]
    public async Task PipelinedCallsEachGetTheirOwnAnswer(bool inline)
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { InlineContinuations = inline });
        var expected = new Dictionary<int, float[]>();
        for (int seed = 0; seed < 8; seed++)
        {
            var answer = new ScoreAnswer();
            await client.ScoreAsync(Query(seed), answer);
            expected[seed] = answer.Scores.ToArray();
        }
        Assert.Equal(8, expected.Values.Select(scores => scores[0]).Distinct().Count());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var answer = new ScoreAnswer();
            for (int i = 0; i < 100; i++)
            {
                int seed = (worker + i) % 8;
                if (i % 3 == 0)
                {
                    await client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(seed), Slots = 7 }, answer);
                    Assert.Equal((7, 7), (answer.Count, answer.Tracks.Length));
                    Assert.Equal(answer.Scores.ToArray().OrderDescending(), answer.Scores.ToArray());
                    continue;
                }
                await client.ScoreAsync(Query(seed), answer);
                Assert.Equal(expected[seed], answer.Scores.ToArray());
            }
        })).WaitAsync(Long);
    }

    [Fact]
    public async Task AnswersComeInAnyOrder()
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync();
        server.Clock.Close();
        Task slow = client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, new ScoreAnswer()).AsTask();
        server.Clock.WaitForVisitor();
        await client.PingAsync().WaitAsync(Long); // sent later, answered earlier
        Assert.Equal(1u, (await client.StatsAsync()).Connections);
        Assert.False(slow.IsCompleted);
        server.Clock.Open();
        await slow.WaitAsync(Long);
    }

    [Fact]
    public async Task RefusalsAreTypedAndNameTheField()
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync();
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() =>
            client.ScoreAsync(new ScoreQuery { Listener = TestServer.Listener(), Candidates = new long[] { 1, 2, 4000 } }, new ScoreAnswer()).AsTask());
        Assert.Equal((ErrorCode.UnknownTrack, 2u, Stage.Admission, false), (refused.Code, refused.Offset, refused.Stage, refused.IsRetryable));
        Assert.Contains("candidate 2 ", refused.Message);
        await client.PingAsync();
    }

    [Fact]
    public async Task WrongArgumentsThrowAtOnceAndCostNoCredit()
    {
        await using var server = new TestServer(options => (options.Limits.InFlightMax, options.Limits.PayloadBytesMax) = (1, 4096));
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ScoreAnswer();
        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("4096", Assert.Throws<ArgumentException>(() => _ = client.ScoreAsync(Query(1, candidates: 600), answer)).Message);
            Assert.Contains("65536 values", Assert.Throws<ArgumentException>(() => _ = client.ScoreAsync(new ScoreQuery { Listener = new float[65_536] }, answer)).Message);
            foreach (string market in new[] { "de", "D", "DEU", "D1", "ÄÖ" })
                Assert.Contains(market, Assert.Throws<ArgumentException>(() => _ = client.ScoreAsync(With(query => query.Market = market), answer)).Message);
            Assert.Throws<ArgumentOutOfRangeException>(() => _ = client.ScoreAsync(With(query => query.Deadline = TimeSpan.FromTicks(-1)), answer));
            Assert.ThrowsAny<OperationCanceledException>(() => _ = client.ScoreAsync(Query(1), answer, new CancellationToken(canceled: true)));
        }
        await client.ScoreAsync(Query(1), answer).AsTask().WaitAsync(Long);

        static ScoreQuery With(Action<ScoreQuery> change)
        {
            ScoreQuery query = Query(1);
            change(query);
            return query;
        }
    }

    [Theory, MemberData(nameof(InlineOrNot))]
    public async Task ACancelledCallEndsAtOnceAndItsLateAnswerHarmsNobody(bool inline)
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 2);
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { InlineContinuations = inline });
        var answer = new ScoreAnswer();
        server.Clock.Close();
        using var cancellation = new CancellationTokenSource();
        Task call = client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(3), Slots = 9 }, answer, cancellation.Token).AsTask();
        server.Clock.WaitForVisitor();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Long));

        Task reused = client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(4), Slots = 4 }, answer).AsTask(); // the same answer object
        await Task.Delay(20);
        Assert.Equal(0, answer.Count);
        server.Clock.Open();
        await reused.WaitAsync(Long);
        Assert.Equal(4, answer.Count); // not the nine slots of the answer that nobody waits for
        for (int i = 0; i < 10; i++) await client.ScoreAsync(Query(1), answer).AsTask().WaitAsync(Long); // both credits came back
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task CancellingAtRandomTimesNeverMixesAnswers(int seed)
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 8);
        await using RubatoClient client = await server.ClientAsync();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + worker);
            var answer = new ScoreAnswer();
            for (int i = 0; i < 150; i++)
            {
                ushort slots = (ushort)(1 + random.Next(60));
                using var cancellation = new CancellationTokenSource();
                ValueTask call = client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(worker), Slots = slots }, answer, cancellation.Token);
                if (random.Next(2) == 0) Thread.SpinWait(random.Next(20_000));
                if (random.Next(2) == 0) await cancellation.CancelAsync();
                try
                {
                    await call;
                    Assert.Equal(slots, answer.Count);
                }
                catch (OperationCanceledException)
                {
                    Assert.True(cancellation.IsCancellationRequested);
                }
            }
        }))).WaitAsync(Long);
        server.AssertHealthy();
    }

    [Theory, MemberData(nameof(InlineOrNot))]
    public async Task ADeadlineEndsTheCallEvenIfTheServerSaysNothing(bool inline)
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 3);
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { InlineContinuations = inline });
        server.Clock.Close();
        var query = new ScoreQuery { Listener = TestServer.Listener(), Slots = 3, Deadline = TimeSpan.FromMilliseconds(30) };
        // Five calls, three credits: the deadline also ends a call that waits for one. Each goes on with another call right where it ended.
        Task[] calls = [.. Enumerable.Range(0, 5).Select(_ => LateAsync())];
        await Task.WhenAll(calls).WaitAsync(Long);
        server.Clock.Open();
        await client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, new ScoreAnswer()).AsTask().WaitAsync(Long);

        async Task LateAsync()
        {
            for (int i = 0; i < 3; i++)
            {
                var late = await Assert.ThrowsAsync<RequestRefusedException>(() => client.RecommendAsync(query, new ScoreAnswer()).AsTask());
                Assert.Equal((ErrorCode.DeadlineExceeded, true), (late.Code, late.IsRetryable));
            }
        }
    }

    [Fact]
    public async Task MoreCallsThanCreditsWaitForTheirTurn()
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 4);
        await using RubatoClient client = await server.ClientAsync();
        server.Clock.Close();
        Task[] calls = [.. Enumerable.Range(0, 100).Select(_ => client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, new ScoreAnswer()).AsTask())];
        server.Clock.WaitForVisitor();
        Assert.InRange(server.Server.Batcher.Depth, 0, 3); // one runs
        using var impatient = new CancellationTokenSource(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PingAsync(impatient.Token));
        server.Clock.Open();
        await Task.WhenAll(calls).WaitAsync(Long); // none was refused
        Assert.Equal(0, server.Server.Metrics.RequestsFailed);
    }

    [Fact]
    public async Task ALostConnectionEndsItsCallsAndTheNextCallConnectsAnew()
    {
        var server = new TestServer(options => options.Limits.DrainSecondsMax = 0);
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { ReconnectDelayMin = TimeSpan.FromMilliseconds(1) });
        var answer = new ScoreAnswer();
        server.Clock.Close();
        Task[] calls = [.. Enumerable.Range(0, 3).Select(_ => client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, new ScoreAnswer()).AsTask())];
        server.Clock.WaitForVisitor();
        foreach (Server.Connection connection in server.Server.Connections) connection.Abort();
        foreach (Task call in calls)
        {
            var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => call.WaitAsync(Long));
            Assert.True(lost.IsRetryable);
        }
        server.Clock.Open();
        await client.ScoreAsync(Query(1), answer).AsTask().WaitAsync(Long);
        int port = server.Address.Port;
        await server.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionLostException>(() => client.ScoreAsync(Query(1), answer).AsTask().WaitAsync(Long));
        await using var restarted = new TestServer(port: port);
        await client.ScoreAsync(Query(1), answer).AsTask().WaitAsync(Long);
        Assert.Equal(10, answer.Count);
    }

    [Fact]
    public async Task GoAwayLetsRunningCallsFinishAndSendsNewOnesElsewhere()
    {
        var old = new TestServer();
        await using RubatoClient client = await old.ClientAsync(new ClientOptions { ReconnectDelayMin = TimeSpan.FromMilliseconds(1) });
        old.Clock.Close();
        var answer = new ScoreAnswer();
        Task running = client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, answer).AsTask();
        old.Clock.WaitForVisitor();
        Task drained = old.Server.DrainAsync();
        for (int i = 0; i < 5; i++) // while nobody listens, new calls fail, and do not disturb the one that runs
        {
            TestServer.WaitUntil(() => Refused(client), "new calls still go to the server that goes away");
            Assert.False(running.IsCompleted);
        }
        await using var next = new TestServer(port: old.Address.Port);
        await client.ScoreAsync(Query(1), new ScoreAnswer()).AsTask().WaitAsync(Long);
        Assert.False(running.IsCompleted);
        old.Clock.Open();
        await running.WaitAsync(Long);
        Assert.Equal(3, answer.Count);
        await drained.WaitAsync(Long);
        await old.DisposeAsync();

        static bool Refused(RubatoClient client)
        {
            try
            {
                client.PingAsync().Wait(Long);
                return false;
            }
            catch (AggregateException broken) when (broken.InnerException is ConnectionLostException)
            {
                return true;
            }
        }
    }

    [Theory, MemberData(nameof(InlineOrNot))]
    public async Task DisposalEndsCallsInFlightAndThoseThatWait(bool inline)
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 2);
        RubatoClient client = await server.ClientAsync(new ClientOptions { InlineContinuations = inline });
        server.Clock.Close();
        Task[] calls = [.. Enumerable.Range(0, 6).Select(_ => client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 3 }, new ScoreAnswer()).AsTask())];
        server.Clock.WaitForVisitor();
        await client.DisposeAsync().AsTask().WaitAsync(Long);
        await client.DisposeAsync();
        foreach (Task call in calls)
        {
            Exception ended = await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(Long));
            Assert.True(ended is ConnectionLostException or ObjectDisposedException, ended.ToString());
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PingAsync());
        Assert.Throws<ConnectionLostException>(() => client.Server);
    }

    [Fact]
    public async Task DisposalDoesNotWaitForAnAttemptToConnect()
    {
        var server = new TestServer();
        RubatoClient client = await server.ClientAsync(new ClientOptions { ReconnectDelayMin = TimeSpan.FromMinutes(5), ReconnectDelayMax = TimeSpan.FromMinutes(5) });
        await server.DisposeAsync();
        TestServer.WaitUntil(() => !client.IsConnected, "the client has not noticed");
        Task waiting = client.PingAsync(); // the next attempt may begin five minutes after the last
        await client.DisposeAsync().AsTask().WaitAsync(Long);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Long));
    }

    [Fact]
    public async Task CallersThatWaitForOneAttemptShareItsFailure()
    {
        var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync(new ClientOptions { ReconnectDelayMin = TimeSpan.FromMilliseconds(300) });
        await server.DisposeAsync();
        TestServer.WaitUntil(() => !client.IsConnected, "the client has not noticed");
        Task[] calls = [.. Enumerable.Range(0, 1000).Select(_ => client.PingAsync())]; // one after the other they would take minutes
        foreach (Task call in calls) await Assert.ThrowsAsync<ConnectionLostException>(() => call.WaitAsync(Long));
    }

    [Fact]
    public async Task AServerThatCannotBeReachedOrIsNoneIsNamed()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new ClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        var refused = await Assert.ThrowsAsync<ConnectionLostException>(() => RubatoClient.ConnectAsync(silent.LocalEndPoint!, options));
        Assert.Contains($"{silent.LocalEndPoint}", refused.Message);
        silent.Listen();
        var mute = await Assert.ThrowsAsync<ConnectionLostException>(() => RubatoClient.ConnectAsync(silent.LocalEndPoint!, options));
        Assert.Contains("200 ms", mute.Message);
        using var cancellation = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RubatoClient.ConnectAsync(silent.LocalEndPoint!, cancellation: cancellation.Token));
    }

    [Fact]
    public async Task ARefusedHandshakeSaysWhy()
    {
        await using var server = new TestServer(options => options.Limits.ConnectionsMax = 1);
        await using RubatoClient first = await server.ClientAsync();
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => server.ClientAsync());
        Assert.Equal((ErrorCode.TooManyConnections, true), (refused.Code, refused.IsRetryable));
        Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
    }

    [Theory]
    [InlineData(nameof(ClientOptions.Name))]
    [InlineData(nameof(ClientOptions.ConnectTimeout))]
    [InlineData(nameof(ClientOptions.ReconnectDelayMin))]
    [InlineData(nameof(ClientOptions.ReconnectDelayMax))]
    [InlineData(nameof(ClientOptions.PayloadBytesMax))]
    public async Task AnOptionOutOfItsRangeIsNamed(string name)
    {
        var options = new ClientOptions();
        ClientOptions bad = name switch
        {
            nameof(ClientOptions.Name) => options with { Name = new string('ü', 33) },
            nameof(ClientOptions.ConnectTimeout) => options with { ConnectTimeout = TimeSpan.Zero },
            nameof(ClientOptions.ReconnectDelayMin) => options with { ReconnectDelayMin = TimeSpan.FromTicks(-1) },
            nameof(ClientOptions.ReconnectDelayMax) => options with { ReconnectDelayMax = TimeSpan.FromMilliseconds(49) },
            _ => options with { PayloadBytesMax = 4095 },
        };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(name, () => RubatoClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1), bad));
    }

    private static ScoreQuery Query(int seed, int candidates = 10) => new() { Listener = TestServer.Listener(seed), Candidates = TestServer.Candidates(candidates) };
}
