using System.Net;
using System.Net.Sockets;
using Rubato.Wire;

namespace Rubato.Client;

/// <summary>One connection: handshake, calls in flight, answers in any order.</summary>
internal sealed partial class ClientConnection : IAsyncDisposable
{
    private const int TickMilliseconds = 10;

    private readonly SocketTransport _transport;
    private readonly ClientOptions _options;
    private readonly Lock _gate = new();
    private readonly Stack<PendingCall> _free = new();
    private readonly List<PendingCall> _calls = [];
    private readonly SemaphoreSlim _credits = new(1); // HELLO's; the server's answer brings the others
    private readonly Timer _ticker;
    private readonly Task _receiving;
    private Exception? _lost;
    private volatile bool _goingAway;

    private ClientConnection(SocketTransport transport, ClientOptions options)
    {
        _transport = transport;
        _options = options;
        _receiving = ReceiveAsync();
        _ticker = new Timer(static connection => ((ClientConnection)connection!).GiveUpLateCalls(), this, TickMilliseconds, TickMilliseconds);
    }

    /// <summary>What the server said in its HELLO.</summary>
    public HelloReply Server { get; private set; }

    /// <summary>New calls may be sent.</summary>
    public bool IsUsable => !_goingAway && !IsLost;

    /// <summary>No answer will come any more.</summary>
    public bool IsLost => Volatile.Read(ref _lost) is not null;

    public static async Task<ClientConnection> OpenAsync(EndPoint server, ClientOptions options, PinnedMemoryPool pool, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(options.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        ClientConnection? connection = null;
        try
        {
            await socket.ConnectAsync(server, timeout.Token).ConfigureAwait(false);
            connection = new ClientConnection(new SocketTransport(socket, pool, options.PayloadBytesMax + PinnedMemoryPool.BlockBytes), options);
            await connection.ShakeHandsAsync(timeout.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception failed)
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            if (failed is SocketException) throw new ConnectionLostException($"cannot connect to {server}: {failed.Message}", failed);
            if (failed is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new ConnectionLostException($"{server} did not answer within {options.ConnectTimeout.TotalMilliseconds:0} ms", failed);
            throw;
        }
    }

    /// <summary>True when a request may be sent now; each taken credit must be used by one send.</summary>
    public bool TryTakeCredit() => _credits.Wait(0);

    /// <summary>Waits until a request may be sent.</summary>
    public Task TakeCreditAsync(CancellationToken cancellation) => _credits.WaitAsync(cancellation);

    /// <summary>Gives back a credit that no request was sent on.</summary>
    public void ReturnCredit() => _credits.Release();

    /// <summary>Sends a query on a credit taken before, which is given back where it cannot be sent.</summary>
    /// <param name="opcode">what it asks</param>
    /// <param name="query">what to ask</param>
    /// <param name="deadline">what is left of the query's deadline; zero = none</param>
    /// <param name="answer">where the answer goes</param>
    /// <param name="cancellation">gives up waiting</param>
    /// <exception cref="ArgumentException">The query is larger than the server takes, or cannot be written.</exception>
    public ValueTask Send(Opcode opcode, Query query, TimeSpan deadline, IReplyTaker answer, CancellationToken cancellation)
    {
        try
        {
            return query.SendOn(this, opcode, deadline, answer, cancellation);
        }
        catch
        {
            ReturnCredit();
            throw;
        }
    }

    /// <summary>Writes a request in place; completes when the answer has been taken into <paramref name="answer"/>.</summary>
    /// <exception cref="ArgumentException">It is larger than the server takes.</exception>
    internal ValueTask Send<TRequest>(Opcode opcode, TRequest request, TimeSpan deadline, IReplyTaker answer, CancellationToken cancellation)
        where TRequest : IPayload, allows ref struct
    {
        int payloadBytes = request.PayloadBytes;
        if (payloadBytes > Server.PayloadBytesMax)
            throw new ArgumentException($"the request takes {payloadBytes} bytes, the server allows {Server.PayloadBytesMax}");
        lock (_gate)
        {
            PendingCall call = Begin(answer, deadline);
            if (!IsLost)
            {
                Span<byte> frame = FrameWriter.Reserve(_transport.Output, payloadBytes);
                request.Write(FrameWriter.Payload(frame));
                FrameWriter.Seal(_transport.Output, frame, payloadBytes, RequestHeader(opcode, call, deadline));
            }
            return Sent(call, cancellation);
        }
    }

    /// <summary>Sends a request whose payload exists already, and hands back the payload of its answer.</summary>
    public async Task<byte[]> CallAsync(Opcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        await TakeCreditAsync(cancellation).ConfigureAwait(false);
        var reply = new RawReply();
        ValueTask answered;
        lock (_gate)
        {
            PendingCall call = Begin(reply, TimeSpan.Zero);
            if (!IsLost) FrameWriter.Write(_transport.Output, RequestHeader(opcode, call, TimeSpan.Zero), payload.Span);
            answered = Sent(call, cancellation);
        }
        await answered.ConfigureAwait(false);
        return reply.Payload;
    }

    /// <summary>Closes the connection; calls in flight end with <see cref="ConnectionLostException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ticker.DisposeAsync().ConfigureAwait(false);
        _transport.Abort();
        await _receiving.ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ShakeHandsAsync(CancellationToken cancellation)
    {
        var hello = new HelloRequest(FrameHeader.VersionValue, FrameHeader.VersionValue, 0, (uint)_options.PayloadBytesMax, _options.Name);
        byte[] payload = new byte[HelloRequest.PayloadBytes];
        hello.Write(payload);
        byte[] answer = await CallAsync(Opcode.Hello, payload, cancellation).ConfigureAwait(false);
        if (!HelloReply.TryRead(answer, out HelloReply server) || server.Credit == 0)
            throw new ConnectionLostException($"{_transport.Peer} sent a HELLO that cannot be read");
        Server = server;
        if (server.Credit > 1) _credits.Release(server.Credit - 1);
    }

    /// <summary>Takes a slot; called inside the gate, after a credit was taken.</summary>
    private PendingCall Begin(IReplyTaker taker, TimeSpan deadline)
    {
        if (!_free.TryPop(out PendingCall? call))
        {
            call = new PendingCall(this, _calls.Count, _options.InlineContinuations);
            _calls.Add(call);
        }
        call.Begin(taker, deadline);
        return call;
    }

    /// <summary>Flushes what was written, unless the receiving loop will; called inside the gate.</summary>
    private ValueTask Sent(PendingCall call, CancellationToken cancellation)
    {
        ValueTask answered = call.Task;
        call.CancelWith(cancellation);
        if (Volatile.Read(ref _lost) is { } lost)
        {
            call.GiveUp(lost); // the receiving loop has ended and will not see this call
            call.AnswerIsIn();
        }
        else if (_dispatchThread != Environment.CurrentManagedThreadId)
        {
            _ = _transport.Output.FlushAsync(CancellationToken.None); // completes at once: the pipe does not push back
        }
        return answered;
    }

    /// <summary>The caller has seen the end and no answer will come any more: the slot and its credit are free.</summary>
    internal void Return(PendingCall call)
    {
        lock (_gate) _free.Push(call);
        _credits.Release();
    }

    private void GiveUpLateCalls()
    {
        long now = Environment.TickCount64;
        List<PendingCall>? late = null;
        lock (_gate)
        {
            foreach (PendingCall call in _calls)
            {
                if (call.IsLate(now) && call.TryEnd()) (late ??= []).Add(call);
            }
        }
        if (late is null) return;
        foreach (PendingCall call in late) call.Fail(LateAnswer()); // outside the gate: the caller may go on right here
    }

    /// <summary>The client's own word that a deadline has passed.</summary>
    public static RequestRefusedException LateAnswer() => new(ErrorCode.DeadlineExceeded,
        new ErrorPayload(Stage.None, 0, ErrorPayload.NoOffset, "no answer within the deadline"), retryable: true);

    private static FrameHeader RequestHeader(Opcode opcode, PendingCall call, TimeSpan deadline) => new()
    {
        Kind = FrameKind.Request,
        Opcode = opcode,
        RequestId = call.RequestId,
        DeadlineMicroseconds = (uint)Math.Min(Math.Ceiling(deadline.TotalMicroseconds), uint.MaxValue), // never down to 0, which means none
    };
}
