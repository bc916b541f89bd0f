using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Rubato.Wire;

/// <summary>A socket as two pipes: one loop receives into pinned memory, one loop sends.</summary>
/// <remarks>
/// Pipes schedule inline: the thread that learns of received bytes runs the protocol on them and sends the answer, without a hand-over.
/// With <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1</c> that thread is the one that polls the sockets.
/// </remarks>
public sealed class SocketTransport : IFrameTransport
{
    private readonly Socket _socket;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly Task _receiving;
    private readonly Task _sending;
    private long _bytesReceived;
    private long _bytesSent;
    private long _bytesFlushed;

    /// <summary>Takes over a connected socket and starts its two loops.</summary>
    /// <param name="socket">connected; disposed with the transport</param>
    /// <param name="pool">where receive and send buffers come from</param>
    /// <param name="inputBytesMax">bytes received ahead of the protocol before the socket is no longer read</param>
    public SocketTransport(Socket socket, PinnedMemoryPool pool, int inputBytesMax)
    {
        _socket = socket;
        socket.NoDelay = true;
        Peer = socket.RemoteEndPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? $"{mapped.Address.MapToIPv4()}:{mapped.Port}"
            : socket.RemoteEndPoint?.ToString() ?? "unknown";
        _input = new Pipe(new PipeOptions(pool, PipeScheduler.Inline, PipeScheduler.Inline, inputBytesMax, inputBytesMax / 2,
            PinnedMemoryPool.BlockBytes, useSynchronizationContext: false));
        _output = new Pipe(new PipeOptions(pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0,
            PinnedMemoryPool.BlockBytes, useSynchronizationContext: false));
        Output = new CountingWriter(this);
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    /// <inheritdoc/>
    public PipeReader Input => _input.Reader;

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <inheritdoc/>
    public long UnsentBytes => Volatile.Read(ref _bytesFlushed) - Volatile.Read(ref _bytesSent);

    /// <inheritdoc/>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <inheritdoc/>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <inheritdoc/>
    public string Peer { get; }

    /// <inheritdoc/>
    public void Abort() => _socket.Dispose();

    /// <summary>Sends what is flushed, says goodbye, gives the peer a second to say it too, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        // Closing with bytes unread would reset the connection, and the peer might never see the error frame that says why.
        await Task.WhenAny(_receiving, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        PipeWriter writer = _input.Writer;
        Exception? error = null;
        try
        {
            while (true)
            {
                int bytes = await _socket.ReceiveAsync(writer.GetMemory(1), SocketFlags.None).ConfigureAwait(false);
                if (bytes == 0) break;
                Volatile.Write(ref _bytesReceived, _bytesReceived + bytes);
                writer.Advance(bytes);
                FlushResult flushed = await writer.FlushAsync().ConfigureAwait(false);
                if (flushed.IsCompleted)
                {
                    await DiscardAsync().ConfigureAwait(false);
                    break;
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            error = new IOException($"connection to {Peer} broke: {closed.Message}", closed);
        }
        await writer.CompleteAsync(error).ConfigureAwait(false);
    }

    /// <summary>Nobody reads any more: takes what still comes, until the peer closes or the socket is closed here.</summary>
    private async Task DiscardAsync()
    {
        byte[] nowhere = new byte[4096];
        while (await _socket.ReceiveAsync(nowhere, SocketFlags.None).ConfigureAwait(false) > 0)
        {
        }
    }

    private async Task SendAsync()
    {
        PipeReader reader = _output.Reader;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync().ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    for (ReadOnlyMemory<byte> rest = piece; rest.Length > 0;)
                    {
                        int bytes = await _socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false);
                        Volatile.Write(ref _bytesSent, _bytesSent + bytes);
                        rest = rest[bytes..];
                    }
                }
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            Abort(); // the receiving loop then ends too, and tells the protocol
        }
        await reader.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Counts what is committed, so that <see cref="UnsentBytes"/> needs no look into the pipe.</summary>
    private sealed class CountingWriter(SocketTransport owner) : PipeWriter
    {
        private readonly PipeWriter _inner = owner._output.Writer;

        public override void Advance(int bytes)
        {
            owner._bytesFlushed += bytes;
            _inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => _inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => _inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => _inner.Complete(exception);
    }
}
