using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>RECOMMEND in the queue: the clock holds the only lane, so that what waits does wait.</summary>
public sealed class BatcherTests
{
    [Fact]
    public async Task AFullQueueAnswersOverloadedAndLosesNothing()
    {
        await using var server = new TestServer(options => options.Limits.QueueMax = 3);
        using RawConnection busy = server.Connect(), other = server.Connect();
        Hold(server, busy);
        busy.Send([.. RawConnection.Recommend(2, TestServer.Listener()), .. RawConnection.Recommend(3, TestServer.Listener()), .. RawConnection.Recommend(4, TestServer.Listener())]);
        // One place is the running request's, two are free.
        Assert.Contains("3 requests", busy.ReadError(ErrorCode.Overloaded, 4).Message);
        other.Send(RawConnection.Recommend(5, TestServer.Listener()));
        other.ReadError(ErrorCode.Overloaded, 5);
        other.Send(RawConnection.Ping(6));
        Assert.Equal(6ul, other.Read().RequestId);
        Assert.Equal(2, server.Server.Batcher.Depth);
        server.Clock.Open();
        Assert.Equal([1, 2, 3], busy.ReadReplies(3));
        server.AssertHealthy();
    }

    [Fact]
    public async Task ARequestBeyondItsCreditIsRefusedAndTheCreditComesBackWithTheAnswer()
    {
        await using var server = new TestServer(options => options.Limits.InFlightMax = 4);
        using RawConnection connection = server.Connect();
        Hold(server, connection);
        for (ulong id = 2; id <= 5; id++) connection.Send(RawConnection.Recommend(id, TestServer.Listener()));
        connection.ReadError(ErrorCode.CreditExceeded, 5);
        server.Clock.Open();
        var random = new Random(1);
        ulong next = 10;
        for (int round = 0; round < 500; round++) // each answer pays for one more request, at once
        {
            Assert.Equal(2, connection.Read().Kind);
            connection.Send(RawConnection.Recommend(next++, TestServer.Listener(), (ushort)random.Next(1, 60)));
        }
        connection.ReadReplies(4);
    }

    [Fact]
    public async Task WhatQueuesUpWhileALaneWorksIsItsNextBatch()
    {
        await using var server = new TestServer();
        using RawConnection connection = server.Connect();
        Hold(server, connection);
        for (ulong id = 2; id <= 9; id++) connection.Send(RawConnection.Recommend(id, TestServer.Listener()));
        connection.Send(RawConnection.Ping(10));
        Assert.Equal(10ul, connection.Read().RequestId); // all of them have been read
        server.Clock.Open();
        connection.ReadReplies(9);
        Assert.Equal((2, 9), (server.Server.Metrics.Batches, server.Server.Metrics.BatchedRequests));
    }

    [Fact]
    public async Task ADeadlineThatPassesIsAnsweredWithItsStage()
    {
        await using var server = new TestServer();
        using RawConnection connection = server.Connect();
        server.Clock.Close();
        connection.Send(RawConnection.Recommend(1, TestServer.Listener(), deadline: 2_000_000)); // will be late when it has been computed
        server.Clock.WaitForVisitor();
        connection.Send(RawConnection.Recommend(2, TestServer.Listener(), deadline: 1000)); // will be late when it leaves the queue
        Thread.Sleep(2100);
        server.Clock.Open();
        var stages = new Dictionary<ulong, byte>();
        for (int i = 0; i < 2; i++)
        {
            PlainFrame frame = connection.Read();
            Assert.Equal((3, (ushort)ErrorCode.DeadlineExceeded), (frame.Kind, frame.Status));
            stages[frame.RequestId] = new PlainPayload(frame.Payload, 64).U8(2);
        }
        Assert.Equal((byte)Stage.Send, stages[1]);
        Assert.Contains((Stage)stages[2], new[] { Stage.Admission, Stage.Queue });
        connection.Send(RawConnection.Score(3, TestServer.Listener(), TestServer.Candidates(1000), deadline: 1)); // one microsecond does not suffice
        Assert.Contains(connection.ReadError(ErrorCode.DeadlineExceeded, 3).Stage, new[] { Stage.Admission, Stage.Compute, Stage.Send });
        connection.Send(RawConnection.Recommend(4, TestServer.Listener(), deadline: uint.MaxValue));
        Assert.Equal(2, connection.Read().Kind);
    }

    [Fact]
    public async Task AFaultOfTheEngineCostsItsCallersTheirConnectionAndNobodyElse()
    {
        var log = new ErrorLog();
        var clock = new FaultyClock();
        using var folder = new TemporaryFolder();
        CatalogueBuilder.Build(folder.File("c.rbt"), new float[32], 16);
        var options = new Server.ServerOptions { Listen = new(System.Net.IPAddress.Loopback, 0), Engine = new EngineOptions { CataloguePath = folder.File("c.rbt"), Clock = clock } };
        await using var server = new Server.RubatoServer(options, log);
        foreach (bool recommend in new[] { true, false })
        {
            using RawConnection victim = new(server.Address), other = new(server.Address);
            victim.SayHello();
            other.SayHello();
            clock.Broken = true;
            victim.Send(recommend ? RawConnection.Recommend(1, TestServer.Listener()) : RawConnection.Score(1, TestServer.Listener(), [0]));
            victim.AssertClosed();
            clock.Broken = false;
            other.Send([.. RawConnection.Score(2, TestServer.Listener(), [1]), .. RawConnection.Recommend(3, TestServer.Listener())]);
            Assert.Equal([2, 3], other.ReadReplies(2));
        }
        Assert.Equal(2, log.Errors.Count);
        Assert.All(log.Errors, error => Assert.Contains("no time today", error));
    }

    private static void Hold(TestServer server, RawConnection connection)
    {
        server.Clock.Close();
        connection.Send(RawConnection.Recommend(1, TestServer.Listener()));
        server.Clock.WaitForVisitor();
    }

    private sealed class FaultyClock : TimeProvider
    {
        public volatile bool Broken;

        public override DateTimeOffset GetUtcNow() => Broken ? throw new InvalidOperationException("no time today") : Snapshots.Created;
    }
}
