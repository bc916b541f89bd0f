using System.Net;
using System.Net.Sockets;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Accepts connections, up to the limit, and keeps the list of those that are open.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;

    /// <summary>Refused connections that are told why at a time; each holds two 64 KiB blocks for up to a second.</summary>
    private const int FarewellsMax = 64;

    private readonly Socket _socket;
    private readonly RubatoServer _server;
    private readonly PinnedMemoryPool _pool = new();
    private readonly HashSet<Connection> _open = [];
    private int _farewells;
    private long _toldAt = long.MinValue / 2;
    private long _closedBytesReceived;
    private long _closedBytesSent;

    /// <exception cref="ConfigurationException">The address is in use or not of this machine.</exception>
    public Listener(IPEndPoint address, RubatoServer server)
    {
        _server = server;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(Backlog);
            Address = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch (SocketException refused)
        {
            _socket.Dispose();
            throw new ConfigurationException($"Server:Listen = {address} cannot be listened on: {refused.Message}");
        }
    }

    /// <summary>The address, with the port that was taken.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Connections open now, as a copy.</summary>
    public Connection[] Open
    {
        get
        {
            lock (_open) return [.. _open];
        }
    }

    /// <summary>Bytes received and sent on all connections, open or closed; neither ever falls.</summary>
    public (long Received, long Sent) Bytes
    {
        get
        {
            lock (_open)
                return (_closedBytesReceived + _open.Sum(connection => connection.BytesReceived), _closedBytesSent + _open.Sum(connection => connection.BytesSent));
        }
    }

    /// <summary>Accepts until the listener is disposed.</summary>
    public async Task AcceptAsync()
    {
        while (true)
        {
            Socket? socket = null;
            try
            {
                socket = await _socket.AcceptAsync().ConfigureAwait(false);
                Welcome(socket);
            }
            catch (Exception closed) when (socket is null
                && closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (Exception failed) // no file descriptors or no memory left, or a peer that was gone at once: the others still want to be accepted
            {
                socket?.Dispose();
                if (MayTell()) _server.Log.AcceptFailed(failed.Message);
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
        if (MayTell()) _server.Log.TooManyConnections(socket.RemoteEndPoint, _server.Options.Limits.ConnectionsMax);
        _server.Metrics.ConnectionRefused(ErrorCode.TooManyConnections);
        _ = TurnAwayAsync(socket);
    }

    // A log that grows with every refusal would be one more thing for a crowd to break; the metrics count them all.
    private bool MayTell()
    {
        long now = Environment.TickCount64;
        if (now - _toldAt < 1000) return false;
        _toldAt = now;
        return true;
    }

    private async Task ServeAsync(Connection connection)
    {
        await Task.Yield(); // the first bytes are served off the accepting thread, outside the lock
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_open)
            {
                _open.Remove(connection);
                _closedBytesReceived += connection.BytesReceived;
                _closedBytesSent += connection.BytesSent;
            }
        }
    }

    /// <summary>Says why and closes, without haste: closing over bytes that the peer has sent meanwhile would take the reason from it.</summary>
    private async Task TurnAwayAsync(Socket socket)
    {
        try
        {
            if (Interlocked.Increment(ref _farewells) > FarewellsMax) return;
            await using var transport = new SocketTransport(socket, _pool, PinnedMemoryPool.BlockBytes);
            byte[] payload = new byte[ErrorPayload.PayloadBytes];
            new ErrorPayload(Stage.Admission, 1000, ErrorPayload.NoOffset, $"{_server.Options.Limits.ConnectionsMax} connections are open")
                .Write(payload, ErrorCode.TooManyConnections);
            FrameWriter.Write(transport.Output, new FrameHeader { Kind = FrameKind.Error, Status = ErrorCode.TooManyConnections }, payload);
        }
        catch (SocketException)
        {
            // The peer was gone before it could be told.
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _farewells);
        }
    }
}
