using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Rubato.Client;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>A client whose server answers nonsense: typed errors, no hang, no answer in the wrong hands.</summary>
public sealed class HostileServerTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _peers = [];

    public HostileServerTests() => _listener.Start();

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _listener.Dispose();
    }

    [Theory, InlineData(0, 128), InlineData(32, 128), InlineData(64, 0)]
    public async Task AHelloThatCannotBeReadOrGivesNoCreditIsALostConnection(ushort blockBytes, ushort credit)
    {
        Task<RubatoClient> connecting = ConnectAsync();
        Socket peer = await AcceptAsync();
        byte[] payload = Hello(credit);
        BinaryPrimitives.WriteUInt16LittleEndian(payload, blockBytes);
        await AnswerAsync(peer, await RequestAsync(peer), FrameKind.Reply, payload);
        Assert.Contains("HELLO", (await Assert.ThrowsAsync<ConnectionLostException>(() => connecting.WaitAsync(Long))).Message);
    }

    [Fact]
    public async Task AnswersToNobodyAndUnknownNoticesAreIgnored()
    {
        (RubatoClient client, Socket peer) = await ConnectedAsync();
        await using RubatoClient owned = client;
        for (int i = 0; i < 3; i++)
        {
            var answer = new ScoreAnswer();
            Task call = client.ScoreAsync(Query(), answer).AsTask();
            FrameHeader request = await RequestAsync(peer);
            await peer.SendAsync(Frames.Frame(new FrameHeader { Kind = FrameKind.Notice, Opcode = (Opcode)77 }, "later"u8));
            foreach (ulong other in new[] { request.RequestId + 1, request.RequestId + (1 << 16), request.RequestId - (1 << 16), ulong.MaxValue })
                await AnswerAsync(peer, request with { RequestId = other }, FrameKind.Reply, Frames.Scores(9, withTracks: true, withBreakdown: false));
            await AnswerAsync(peer, request, FrameKind.Reply, Frames.Scores(3, withTracks: false, withBreakdown: false));
            await AnswerAsync(peer, request, FrameKind.Reply, Frames.Scores(9, withTracks: false, withBreakdown: false)); // the second answer to one call
            await call.WaitAsync(Long);
            Assert.Equal(3, answer.Count);
        }
    }

    [Fact]
    public async Task AnUnknownErrorIsJudgedByItsRetryableByte()
    {
        (RubatoClient client, Socket peer) = await ConnectedAsync();
        await using RubatoClient owned = client;
        foreach (byte retryable in new byte[] { 0, 1 })
        {
            Task call = client.ScoreAsync(Query(), new ScoreAnswer()).AsTask();
            byte[] payload = Frames.Error((ErrorCode)500, new ErrorPayload(Stage.Queue, 70, 8, "from the future"));
            payload[3] = retryable;
            await AnswerAsync(peer, await RequestAsync(peer), FrameKind.Error, payload, (ErrorCode)500);
            var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => call.WaitAsync(Long));
            Assert.Equal(((ErrorCode)500, retryable == 1, 8u, TimeSpan.FromMilliseconds(70)), (refused.Code, refused.IsRetryable, refused.Offset, refused.RetryAfter));
            Assert.Contains("from the future", refused.Message);
        }
    }

    [Fact]
    public async Task AnErrorWithoutPayloadIsStillAnError()
    {
        (RubatoClient client, Socket peer) = await ConnectedAsync();
        await using RubatoClient owned = client;
        Task call = client.ScoreAsync(Query(), new ScoreAnswer()).AsTask();
        await AnswerAsync(peer, await RequestAsync(peer), FrameKind.Error, [], ErrorCode.Overloaded);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => call.WaitAsync(Long));
        Assert.Equal((ErrorCode.Overloaded, true), (refused.Code, refused.IsRetryable));
    }

    [Fact]
    public async Task AnUnreadableAnswerFailsItsCallOnly()
    {
        (RubatoClient client, Socket peer) = await ConnectedAsync();
        await using RubatoClient owned = client;
        Task bad = client.ScoreAsync(Query(), new ScoreAnswer()).AsTask(), good = client.ScoreAsync(Query(), new ScoreAnswer()).AsTask();
        FrameHeader first = await RequestAsync(peer), second = await RequestAsync(peer);
        await AnswerAsync(peer, first, FrameKind.Reply, new byte[64]);
        await AnswerAsync(peer, second, FrameKind.Reply, Frames.Scores(1, withTracks: false, withBreakdown: false));
        await Assert.ThrowsAsync<ConnectionLostException>(() => bad.WaitAsync(Long));
        await good.WaitAsync(Long);
    }

    [Theory, InlineData("noise"), InlineData("crc"), InlineData("large"), InlineData("connection error"), InlineData("close"), InlineData("half a frame")]
    public async Task AStreamThatCannotGoOnEndsEveryCall(string how)
    {
        (RubatoClient client, Socket peer) = await ConnectedAsync();
        await using RubatoClient owned = client;
        Task[] calls = [.. Enumerable.Range(0, 5).Select(_ => client.ScoreAsync(Query(), new ScoreAnswer()).AsTask())];
        byte[] reply = Frames.All["score-reply"], damaged = [.. reply];
        damaged[^1] ^= 1;
        byte[] bytes = how switch
        {
            "noise" => "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
            "crc" => damaged,
            "large" => Frames.Tampered(reply, header => header with { PayloadBytes = uint.MaxValue }),
            "connection error" => Frames.Frame(new FrameHeader { Kind = FrameKind.Error, Status = ErrorCode.IdleTimeout },
                Frames.Error(ErrorCode.IdleTimeout, new ErrorPayload(Stage.Frame, 0, 0, "nothing received"))),
            "half a frame" => reply[..100],
            _ => [],
        };
        await peer.SendAsync(bytes);
        if (how is "close" or "half a frame") peer.Dispose();
        foreach (Task call in calls)
        {
            var lost = await Assert.ThrowsAnyAsync<RubatoException>(() => call.WaitAsync(Long));
            Assert.Equal(how == "connection error", lost is RequestRefusedException { Code: ErrorCode.IdleTimeout });
            Assert.True(lost.IsRetryable);
        }
    }

    private static ScoreQuery Query() => new() { Listener = new float[] { 1, 2 }, Candidates = new long[] { 1 } };

    private static byte[] Hello(ushort credit) => Frames.Payload(64, new HelloReply { Version = 1, PayloadBytesMax = 4096, Dimension = 2, Credit = credit }.Write);

    private Task<RubatoClient> ConnectAsync() => RubatoClient.ConnectAsync(_listener.LocalEndpoint);

    private async Task<(RubatoClient Client, Socket Peer)> ConnectedAsync()
    {
        Task<RubatoClient> connecting = ConnectAsync();
        Socket peer = await AcceptAsync();
        await AnswerAsync(peer, await RequestAsync(peer), FrameKind.Reply, Hello(credit: 8));
        return (await connecting.WaitAsync(Long), peer);
    }

    private async Task<Socket> AcceptAsync()
    {
        Socket peer = await _listener.AcceptSocketAsync().WaitAsync(Long);
        _peers.Add(peer);
        return peer;
    }

    private static async Task<FrameHeader> RequestAsync(Socket peer)
    {
        using var stream = new NetworkStream(peer);
        byte[] header = new byte[64];
        await stream.ReadExactlyAsync(header).AsTask().WaitAsync(Long);
        await stream.ReadExactlyAsync(new byte[PlainFrame.FrameBytes(header) - 64]).AsTask().WaitAsync(Long);
        return System.Runtime.InteropServices.MemoryMarshal.Read<FrameHeader>(header);
    }

    private static async Task AnswerAsync(Socket peer, FrameHeader request, FrameKind kind, byte[] payload, ErrorCode status = ErrorCode.None) =>
        await peer.SendAsync(Frames.Frame(new FrameHeader { Kind = kind, Opcode = request.Opcode, RequestId = request.RequestId, Status = status }, payload));
}
