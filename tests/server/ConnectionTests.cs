using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>How connections begin, are limited, and end.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task HelloIsAnsweredWithTheLimits()
    {
        await using var server = new TestServer(options => (options.Limits.InFlightMax, options.Limits.IdleSecondsMax) = (33, 44));
        using var connection = new RawConnection(server.Address);
        PlainFrame frame = connection.SayHello();
        var reply = new PlainPayload(frame.Payload, 64);
        Assert.Equal((1ul, 33), (frame.RequestId, frame.Credit));
        Assert.Equal((1, 0u, 65_536u, 1000u, 16u), (reply.U8(2), reply.U32(4), reply.U32(8), reply.U32(12), reply.U32(16)));
        Assert.Equal((64, 33, 44u, 200L), (reply.U16(20), reply.U16(22), reply.U32(24), reply.I64(32)));
        Assert.Equal(16u << 20, reply.U32(28));
        Assert.Equal((server.Server.Engine.Generations.Catalogue, 0L, 0L), (reply.I64(40), reply.I64(48), reply.I64(56)));
    }

    [Fact]
    public async Task TheFirstFrameMustBeHelloAndTheSecondMustNot()
    {
        await using var server = new TestServer();
        using (var connection = new RawConnection(server.Address))
        {
            connection.Send(RawConnection.Ping(7));
            Assert.Contains("HELLO", connection.ReadError(ErrorCode.HandshakeOrder, 0).Message);
            connection.AssertClosed();
        }
        using (RawConnection connection = server.Connect())
        {
            connection.Send(RawConnection.Hello());
            connection.ReadError(ErrorCode.HandshakeOrder, 0);
            connection.AssertClosed();
        }
        using (RawConnection connection = server.Connect())
        {
            connection.Send(Frames.All["ping-reply"]); // only servers reply
            connection.ReadError(ErrorCode.HandshakeOrder, 0);
            connection.AssertClosed();
        }
        server.AssertHealthy();
    }

    [Theory, InlineData(2, 9, ErrorCode.UnsupportedVersion), InlineData(0, 0, ErrorCode.UnsupportedVersion), InlineData(2, 1, ErrorCode.MalformedPayload)]
    public async Task WithoutACommonVersionTheConnectionEnds(byte lowest, byte highest, ErrorCode expected)
    {
        await using var server = new TestServer();
        using var connection = new RawConnection(server.Address);
        connection.Send(RawConnection.Hello(lowest, highest));
        connection.ReadError(expected, 0);
        connection.AssertClosed();
        using var wide = new RawConnection(server.Address);
        wide.Send(RawConnection.Hello(0, byte.MaxValue));
        Assert.Equal(1, new PlainPayload(wide.Read().Payload, 64).U8(2));
    }

    [Fact]
    public async Task AStreamThatCannotGoOnEndsWithTheReasonBehindTheAnswersOwed()
    {
        await using var server = new TestServer();
        byte[] ping = RawConnection.Ping(5), score = RawConnection.Score(6, TestServer.Listener(), TestServer.Candidates(10));
        Refused("magic", ErrorCode.BadMagic, "GET / HTTP/1.1\r\nHost: rubato\r\nUser-Agent: a stranger\r\nAccept: */*\r\n\r\n"u8.ToArray());
        Refused("version", ErrorCode.UnsupportedVersion, Frames.Tampered(ping, header => header with { Version = 2 }));
        Refused("header", ErrorCode.BadHeader, Frames.Tampered(ping, header => header with { Reserved = 1 }));
        Refused("payload bytes", ErrorCode.FrameTooLarge, Frames.Tampered(ping, header => header with { PayloadBytes = 65_537 })[..64]);
        Refused("HELLO", ErrorCode.HandshakeOrder, RawConnection.Hello());
        byte[] flipped = [.. ping];
        flipped[20] ^= 1;
        Refused("checksum", ErrorCode.BadHeader, flipped);

        void Refused(string named, ErrorCode code, byte[] bytes)
        {
            using RawConnection connection = server.Connect();
            connection.Send([.. score, .. RawConnection.Recommend(8, TestServer.Listener()), .. bytes]);
            Assert.Equal([6, 8], connection.ReadReplies(2));
            Assert.Contains(named, connection.ReadError(code, 0).Message);
            connection.AssertClosed();
            server.AssertHealthy();
        }
    }

    [Fact]
    public async Task NoHelloAndNoRequestsEndAfterTheirTimes()
    {
        await using var server = new TestServer(options => options.Limits.HandshakeSecondsMax = options.Limits.IdleSecondsMax = 1);
        using RawConnection silent = new(server.Address), halfHello = new(server.Address), idle = server.Connect(), halfFrame = server.Connect();
        halfHello.Send(RawConnection.Hello().AsSpan(0, 70)); // half-open: the rest never comes
        halfFrame.Send(RawConnection.Ping(1, new byte[500]).AsSpan(0, 100));
        silent.ReadError(ErrorCode.HandshakeTimeout, 0);
        halfHello.ReadError(ErrorCode.HandshakeTimeout, 0);
        idle.ReadError(ErrorCode.IdleTimeout, 0);
        halfFrame.ReadError(ErrorCode.IdleTimeout, 0);
        foreach (RawConnection connection in new[] { silent, halfHello, idle, halfFrame }) connection.AssertClosed();
        server.AssertHealthy();
        Assert.Equal([(ErrorCode.HandshakeTimeout, 2), (ErrorCode.IdleTimeout, 2)], server.Server.Metrics.RefusedConnections);
    }

    [Fact]
    public async Task APeerThatIsGoneLeavesNothingBehind()
    {
        await using var server = new TestServer();
        for (int i = 0; i < 20; i++)
        {
            using RawConnection connection = i % 2 == 0 ? server.Connect() : new RawConnection(server.Address);
            connection.Send([.. RawConnection.Recommend(1, TestServer.Listener()), .. RawConnection.Recommend(2, TestServer.Listener()).AsSpan(0, 100)]);
            if (i % 3 == 0) connection.Socket.LingerState = new LingerOption(true, 0); // a reset instead of a goodbye
        }
        TestServer.WaitUntil(() => server.Server.Connections.Length == 0, "a connection is still open");
        server.AssertHealthy();
    }

    [Fact]
    public async Task APeerThatOnlyClosedItsSendingSideGetsItsAnswers()
    {
        await using var server = new TestServer();
        using RawConnection connection = server.Connect();
        connection.Send([.. RawConnection.Score(1, TestServer.Listener(), TestServer.Candidates(5)), .. RawConnection.Recommend(2, TestServer.Listener())]);
        connection.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal([1, 2], connection.ReadReplies(2));
        connection.AssertClosed();
    }

    [Fact]
    public async Task RefusedConnectionsDoNotFloodTheLog()
    {
        var log = new ErrorLog(LogLevel.Warning);
        await using var server = new TestServer(options => options.Limits.ConnectionsMax = 1, log: log);
        using RawConnection only = server.Connect();
        long begun = Environment.TickCount64;
        for (int i = 0; i < 50; i++)
        {
            using var refused = new RawConnection(server.Address);
            refused.ReadError(ErrorCode.TooManyConnections, 0);
        }
        Assert.InRange(log.Errors.Count, 1, 1 + (Environment.TickCount64 - begun) / 1000);
        Assert.Equal(50, PrometheusTextTests.Parse(PrometheusText.Write(server.Server))["rubato_connections_refused_total{reason=\"TooManyConnections\"}"]);
        server.ForgetErrors();
    }

    [Fact]
    public async Task OneConnectionTooManyIsToldAndAPlaceThatIsLeftIsGivenAgain()
    {
        await using var server = new TestServer(options => options.Limits.ConnectionsMax = 2);
        RawConnection first = server.Connect();
        using RawConnection second = server.Connect();
        for (int i = 0; i < 5; i++)
        {
            using var third = new RawConnection(server.Address);
            Assert.Contains("2 connections", third.ReadError(ErrorCode.TooManyConnections, 0).Message);
            third.AssertClosed();
        }
        second.Send(RawConnection.Ping(1));
        second.Read();
        first.Dispose();
        TestServer.WaitUntil(() => server.Server.Connections.Length == 1, "the place is not free");
        server.AssertHealthy();
    }

    [Fact]
    public async Task ASlowReaderIsClosedAndOthersDoNotNotice()
    {
        await using var server = new TestServer(options =>
        {
            options.Limits.UnsentBytesMax = 64 * 1024;
            options.Limits.WriteStallSecondsMax = 1;
        });
        using var slow = new RawConnection(server.Address, receiveBufferBytes: 4096);
        slow.SayHello();
        slow.Socket.SendTimeout = 300;
        byte[] score = RawConnection.Score(1, TestServer.Listener(), TestServer.Candidates(1000), options: RequestOptions.Breakdown); // 8 KB ask for 57 KB
        long sent = 0;
        try
        {
            for (; sent < 1L << 30; sent += score.Length) slow.Send(score);
            Assert.Fail("the server read a gigabyte from a peer that reads no answers");
        }
        catch (SocketException)
        {
            // Neither we nor the server read any more: the socket buffers are full.
        }
        server.AssertHealthy();
        Assert.All(server.Server.Connections, connection => Assert.InRange(connection.UnsentBytes, 0, 4_000_000)); // the limit, and what one read asked for
        TestServer.WaitUntil(() => server.Server.Connections.Length == 0, "the slow reader is still connected");
        Assert.Equal([(ErrorCode.SlowReader, 1)], server.Server.Metrics.RefusedConnections);
        server.AssertHealthy();
    }
}
