using System.Net;
using System.Net.Sockets;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Accepts connections, up to the limit, and keeps the list of those that are open.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly RubatoServer _server;
    private readonly PinnedMemoryPool _pool = new();
    private readonly HashSet<Connection> _open = [];

    /// <exception cref="ConfigurationException">The address is in use or not of this machine.</exception>
    public Listener(IPEndPoint address, RubatoServer server)
    {
        _server = server;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(Backlog);
        }
        catch (SocketException refused)
        {
            _socket.Dispose();
            throw new ConfigurationException($"Server:Listen = {address} cannot be listened on: {refused.Message}");
        }
    }

    /// <summary>The address, with the port that was taken.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Connections open now, as a copy.</summary>
    public Connection[] Open
    {
        get
        {
            lock (_open) return [.. _open];
        }
    }

    /// <summary>Accepts until the listener is disposed.</summary>
    public async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync().ConfigureAwait(false);
                Welcome(socket);
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException failed) // no file descriptors left, or a peer that was gone before it was accepted
            {
                _server.Log.AcceptFailed(failed.Message);
                await Task.Delay(10).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Stops accepting; open connections go on.</summary>
    public void Dispose() => _socket.Dispose();

    private void Welcome(Socket socket)
    {
        lock (_open)
        {
            if (_open.Count < _server.Options.Limits.ConnectionsMax)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true); // finds half-open connections
                var transport = new SocketTransport(socket, _pool, _server.Options.Limits.PayloadBytesMax + PinnedMemoryPool.BlockBytes);
                var connection = new Connection(transport, _server);
                _open.Add(connection);
                _ = ServeAsync(connection);
                return;
            }
        }
        _server.Log.TooManyConnections(socket.RemoteEndPoint, _server.Options.Limits.ConnectionsMax);
        _server.Metrics.ConnectionRefused(ErrorCode.TooManyConnections);
        TurnAway(socket);
    }

    private async Task ServeAsync(Connection connection)
    {
        await Task.Yield(); // the first bytes are served off the accepting thread, outside the lock
        await connection.RunAsync().ConfigureAwait(false);
        lock (_open) _open.Remove(connection);
        _server.Metrics.ConnectionClosed(connection);
    }

    /// <summary>Says why, as far as a socket's empty send buffer takes it, and closes.</summary>
    private void TurnAway(Socket socket)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Span<byte> frame = FrameWriter.Reserve(output, ErrorPayload.PayloadBytes);
        new ErrorPayload(Stage.Admission, 1000, ErrorPayload.NoOffset, $"{_server.Options.Limits.ConnectionsMax} connections are open")
            .Write(FrameWriter.Payload(frame), ErrorCode.TooManyConnections);
        FrameWriter.Seal(output, frame, ErrorPayload.PayloadBytes, new FrameHeader { Kind = FrameKind.Error, Status = ErrorCode.TooManyConnections });
        socket.Blocking = false;
        try
        {
            socket.Send(output.WrittenSpan);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer is gone already.
        }
        socket.Close(timeout: 1);
    }
}
