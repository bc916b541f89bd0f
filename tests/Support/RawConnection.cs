using System.Net;
using System.Net.Sockets;
using Rubato.Wire;

namespace Rubato.Tests.Support;

/// <summary>A peer that sends whatever bytes it likes, and reads answers with the tests' own decoder.</summary>
internal sealed class RawConnection : IDisposable
{
    public RawConnection(IPEndPoint server, int receiveBufferBytes = 0)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
        if (receiveBufferBytes > 0) Socket.ReceiveBufferSize = receiveBufferBytes;
        Socket.Connect(server);
    }

    public Socket Socket { get; }

    public ulong LastRequestId { get; private set; }

    public static byte[] Hello(byte versionMin = 1, byte versionMax = 1, uint answerBytesMax = 1 << 20) => Frames.Frame(Frames.Request(Opcode.Hello, 1),
        Frames.Payload(HelloRequest.PayloadBytes, new HelloRequest(versionMin, versionMax, 0, answerBytesMax, "raw").Write));

    public static byte[] Score(ulong id, float[] listener, long[] candidates, uint deadline = 0, RequestOptions options = 0) =>
        Request(Opcode.Score, id, new ScoreRequest { Listener = listener, Candidates = candidates, Options = options }, deadline);

    public static byte[] Recommend(ulong id, float[] listener, ushort slots = 5, uint deadline = 0, uint depth = 0) =>
        Request(Opcode.Recommend, id, new ScoreRequest { Listener = listener, Slots = slots, Depth = depth }, deadline);

    public static byte[] Request(Opcode opcode, ulong id, in ScoreRequest request, uint deadline = 0) =>
        Frames.Frame(Frames.Request(opcode, id) with { DeadlineMicroseconds = deadline }, Frames.Score(request));

    public static byte[] Ping(ulong id, ReadOnlySpan<byte> payload = default) => Frames.Frame(Frames.Request(Opcode.Ping, id), payload);

    public void Send(params ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Socket.Send(bytes)..];
    }

    /// <summary>Shakes hands and returns the server's reply.</summary>
    public PlainFrame SayHello(uint answerBytesMax = 1 << 20)
    {
        Send(Hello(answerBytesMax: answerBytesMax));
        PlainFrame reply = Read();
        Assert.Equal((2, 1), (reply.Kind, reply.Opcode));
        return reply;
    }

    /// <summary>The next frame.</summary>
    public PlainFrame Read()
    {
        byte[] header = new byte[PlainFrame.HeaderBytes];
        Assert.True(Fill(header), "the server closed the connection where a frame was expected");
        byte[] frame = new byte[PlainFrame.FrameBytes(header)];
        header.CopyTo(frame, 0);
        Assert.True(Fill(frame.AsSpan(header.Length)));
        PlainFrame read = PlainFrame.Read(frame);
        LastRequestId = read.RequestId;
        return read;
    }

    /// <summary>The next frames are replies; their request ids, sorted, because answers come in any order.</summary>
    public ulong[] ReadReplies(int count)
    {
        ulong[] ids = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            PlainFrame frame = Read();
            Assert.Equal(2, frame.Kind);
            ids[i] = frame.RequestId;
        }
        Array.Sort(ids);
        return ids;
    }

    /// <summary>The next frame is this error.</summary>
    /// <returns>its message, its offset and its stage</returns>
    public (string Message, uint Offset, Stage Stage) ReadError(ErrorCode code, ulong id)
    {
        PlainFrame frame = Read();
        var payload = new PlainPayload(frame.Payload, 64);
        Assert.Equal((3, code, id), (frame.Kind, (ErrorCode)frame.Status, frame.RequestId));
        Assert.Equal(code.IsRetryable(), payload.U8(3) == 1);
        return (payload.Text(payload.U32(12)), payload.U32(8), (Stage)payload.U8(2));
    }

    /// <summary>Nothing comes any more but the end.</summary>
    public void AssertClosed()
    {
        try
        {
            Assert.Equal(0, Socket.Receive(new byte[1]));
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // The server did not wait for us to close, which is its right.
        }
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>False at the end of the stream.</summary>
    private bool Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int received = Socket.Receive(bytes);
            if (received == 0) return false;
            bytes = bytes[received..];
        }
        return true;
    }
}
