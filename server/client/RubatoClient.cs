using System.Net;
using Rubato.Wire;

namespace Rubato.Client;

/// <summary>
/// A client of one Rubato server: asynchronous, many calls in flight on one connection, reconnecting. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A call whose connection breaks ends with <see cref="ConnectionLostException"/> and is not repeated here; the next call connects anew.
/// After the server's GOAWAY running calls are answered on the old connection and new ones go to a new one.
/// </remarks>
public sealed class RubatoClient : IAsyncDisposable
{
    private readonly EndPoint _server;
    private readonly ClientOptions _options;
    private readonly PinnedMemoryPool _pool = new();
    private readonly SemaphoreSlim _connecting = new(1);
    private ClientConnection? _connection;
    private ClientConnection? _draining;
    private TimeSpan _delay;
    private long _nextAttempt;
    private bool _disposed;

    private RubatoClient(EndPoint server, ClientOptions options)
    {
        _server = server;
        _options = options;
    }

    /// <summary>What the server said when the connection was made: limits, dimension, generations.</summary>
    /// <exception cref="ConnectionLostException">There is no connection at the moment.</exception>
    public HelloReply Server => Volatile.Read(ref _connection)?.Server ?? throw new ConnectionLostException($"not connected to {_server}");

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="server">address and port, or host name and port</param>
    /// <param name="options">null = defaults</param>
    /// <param name="cancellation">ends the attempt</param>
    /// <exception cref="ConnectionLostException">The server cannot be reached or did not answer in time.</exception>
    /// <exception cref="RequestRefusedException">The server refused the handshake.</exception>
    public static async Task<RubatoClient> ConnectAsync(EndPoint server, ClientOptions? options = null, CancellationToken cancellation = default)
    {
        var client = new RubatoClient(server, (options ?? new ClientOptions()).Validated());
        await client.ConnectAsync(cancellation).ConfigureAwait(false);
        return client;
    }

    /// <summary>Scores the query's candidates; <paramref name="answer"/> holds one score per candidate, in their order.</summary>
    /// <param name="query">must not be changed until the call ends</param>
    /// <param name="answer">overwritten; may be reused</param>
    /// <param name="cancellation">gives up waiting; the server may still do the work</param>
    /// <exception cref="RequestRefusedException">The server refused the request; the code says why.</exception>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="OperationCanceledException">cancellation.</exception>
    /// <exception cref="ArgumentException">The query is larger than the server takes, or its market is no code.</exception>
    public ValueTask ScoreAsync(ScoreQuery query, ScoreAnswer answer, CancellationToken cancellation = default) =>
        SendAsync(Opcode.Score, query, answer, cancellation);

    /// <summary>Asks for a slate; <paramref name="answer"/> holds the chosen tracks, best first.</summary>
    /// <inheritdoc cref="ScoreAsync"/>
    public ValueTask RecommendAsync(ScoreQuery query, ScoreAnswer answer, CancellationToken cancellation = default) =>
        SendAsync(Opcode.Recommend, query, answer, cancellation);

    /// <summary>Asks whether the server answers; keeps an idle connection open.</summary>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    public async Task PingAsync(CancellationToken cancellation = default)
    {
        ClientConnection connection = await UsableAsync(cancellation).ConfigureAwait(false);
        await connection.CallAsync(Opcode.Ping, ReadOnlyMemory<byte>.Empty, cancellation).ConfigureAwait(false);
    }

    /// <summary>The server's counters.</summary>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    public async Task<StatsReply> StatsAsync(CancellationToken cancellation = default)
    {
        ClientConnection connection = await UsableAsync(cancellation).ConfigureAwait(false);
        byte[] payload = await connection.CallAsync(Opcode.Stats, ReadOnlyMemory<byte>.Empty, cancellation).ConfigureAwait(false);
        return StatsReply.TryRead(payload, out StatsReply stats) ? stats
            : throw new ConnectionLostException($"{_server} sent a STATS answer that cannot be read");
    }

    /// <summary>Closes the connection; calls in flight end with <see cref="ConnectionLostException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connecting.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        ClientConnection? connection = Interlocked.Exchange(ref _connection, null), draining = Interlocked.Exchange(ref _draining, null);
        _connecting.Release();
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
        if (draining is not null) await draining.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask SendAsync(Opcode opcode, ScoreQuery query, ScoreAnswer answer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ClientConnection? connection = Volatile.Read(ref _connection);
        return connection is { IsUsable: true } && connection.TryTakeCredit()
            ? connection.SendScore(opcode, query, answer, cancellation)
            : WaitAndSendAsync(opcode, query, answer, cancellation);
    }

    private async ValueTask WaitAndSendAsync(Opcode opcode, ScoreQuery query, ScoreAnswer answer, CancellationToken cancellation)
    {
        ClientConnection connection = await UsableAsync(cancellation).ConfigureAwait(false);
        await connection.TakeCreditAsync(cancellation).ConfigureAwait(false);
        await connection.SendScore(opcode, query, answer, cancellation).ConfigureAwait(false);
    }

    private ValueTask<ClientConnection> UsableAsync(CancellationToken cancellation)
    {
        ClientConnection? connection = Volatile.Read(ref _connection);
        return connection is { IsUsable: true } ? new(connection) : new(ConnectAsync(cancellation));
    }

    private async Task<ClientConnection> ConnectAsync(CancellationToken cancellation)
    {
        await _connecting.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connection is { IsUsable: true } other) return other; // somebody else was faster
            long wait = _nextAttempt - Environment.TickCount64;
            if (wait > 0) await Task.Delay((int)wait, cancellation).ConfigureAwait(false);
            await RetireAsync().ConfigureAwait(false);
            _delay = _delay == TimeSpan.Zero ? _options.ReconnectDelayMin : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, _options.ReconnectDelayMax.Ticks));
            _nextAttempt = Environment.TickCount64 + (long)_delay.TotalMilliseconds;
            ClientConnection connection = await ClientConnection.OpenAsync(_server, _options, _pool, cancellation).ConfigureAwait(false);
            _delay = TimeSpan.Zero;
            Volatile.Write(ref _connection, connection);
            return connection;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Lets the connection that is going away answer its calls; the one before it has had its time.</summary>
    private async Task RetireAsync()
    {
        ClientConnection? before = _draining;
        _draining = Interlocked.Exchange(ref _connection, null);
        if (before is not null) await before.DisposeAsync().ConfigureAwait(false);
    }
}
