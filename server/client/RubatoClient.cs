using System.Diagnostics;
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
public sealed partial class RubatoClient : IAsyncDisposable
{
    private readonly EndPoint _server;
    private readonly ClientOptions _options;
    private readonly PinnedMemoryPool _pool = new();
    private ClientConnection? _connection;

    private RubatoClient(EndPoint server, ClientOptions options)
    {
        _server = server;
        _options = options;
    }

    /// <summary>What the server said when the connection was made: limits, dimension, generations.</summary>
    /// <exception cref="ConnectionLostException">There is no connection at the moment.</exception>
    public HelloReply Server => Volatile.Read(ref _connection)?.Server ?? throw new ConnectionLostException($"not connected to {_server}");

    /// <summary>A connection is open and takes calls; without one the next call connects.</summary>
    public bool IsConnected => Volatile.Read(ref _connection) is { IsUsable: true };

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

    /// <summary>Turns rows of listeners' features into query vectors, by a tower model.</summary>
    /// <param name="query">model and features</param> <param name="answer">overwritten; its values are vectors</param> <param name="cancellation">gives up waiting</param>
    /// <exception cref="RequestRefusedException">The server refused it.</exception> <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    public ValueTask EmbedAsync(ModelQuery query, ModelAnswer answer, CancellationToken cancellation = default) => SendAsync(Opcode.Embed, query, answer, cancellation);

    /// <summary>Scores candidates for a listener, by a ranker model.</summary>
    /// <param name="query">model, listener, candidates</param> <param name="answer">overwritten; it has scores and relevance</param> <param name="cancellation">gives up waiting</param>
    /// <inheritdoc cref="EmbedAsync"/>
    public ValueTask RankAsync(ModelQuery query, ModelAnswer answer, CancellationToken cancellation = default) => SendAsync(Opcode.Rank, query, answer, cancellation);

    /// <summary>Runs any model on named tensors.</summary>
    /// <param name="query">model and tensors</param> <param name="answer">overwritten; it has tensors</param> <param name="cancellation">gives up waiting</param>
    /// <inheritdoc cref="EmbedAsync"/>
    public ValueTask InferAsync(ModelQuery query, ModelAnswer answer, CancellationToken cancellation = default) => SendAsync(Opcode.Infer, query, answer, cancellation);

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

    /// <summary>Tells the server what became of reserved deliveries. Sending an event again changes nothing, so repeat what was not acknowledged.</summary>
    /// <param name="events">as many as fit into a frame; must not be changed until the call ends</param>
    /// <param name="durability">what must have happened to them before the server answers</param>
    /// <param name="cancellation">gives up waiting; the server may still take them</param>
    /// <returns>[events] what each of them did</returns>
    /// <exception cref="RequestRefusedException">The server keeps no ledger, or it has stopped: nothing is acknowledged.</exception>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="ArgumentException">There are more events than the server takes at once.</exception>
    public async Task<ExposureResult[]> ExposeAsync(ReadOnlyMemory<Exposure> events, ExposureDurability durability = ExposureDurability.Default,
        CancellationToken cancellation = default)
    {
        byte[] payload = Payload();
        byte[] answer = await CallAsync(Opcode.Expose, payload, cancellation).ConfigureAwait(false);
        return Results(answer);

        byte[] Payload()
        {
            var request = new ExposeRequest { Events = events.Span, Durability = durability };
            byte[] bytes = new byte[request.PayloadBytes];
            request.Write(bytes);
            return bytes;
        }

        ExposureResult[] Results(byte[] reply) => ExposeReply.TryRead(reply, out ExposeReply read) && read.Results.Length == events.Length
            ? read.Results.ToArray() : throw new ConnectionLostException($"{_server} sent an EXPOSE answer that cannot be read");
    }

    /// <summary>Replaces the server's campaigns as a whole, or not at all.</summary>
    /// <param name="json">contents of a campaigns file, UTF-8; empty = the server reads its own file again</param>
    /// <param name="cancellation">gives up waiting; the server may still do it</param>
    /// <exception cref="RequestRefusedException">The campaigns cannot be used; the message names campaign and field.</exception>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="ArgumentException">The text is longer than the server takes in a frame.</exception>
    public async Task<CampaignsReply> UpdateCampaignsAsync(ReadOnlyMemory<byte> json, CancellationToken cancellation = default)
    {
        byte[] payload = Payload();
        byte[] answer = await CallAsync(Opcode.Campaigns, payload, cancellation).ConfigureAwait(false);
        return CampaignsReply.TryRead(answer, out CampaignsReply reply) ? reply
            : throw new ConnectionLostException($"{_server} sent a CAMPAIGNS answer that cannot be read");

        byte[] Payload()
        {
            var request = new CampaignsRequest { Json = json.Span };
            byte[] bytes = new byte[request.PayloadBytes];
            request.Write(bytes);
            return bytes;
        }
    }

    private async Task<byte[]> CallAsync(Opcode opcode, byte[] payload, CancellationToken cancellation)
    {
        ClientConnection connection = await UsableAsync(cancellation).ConfigureAwait(false);
        if (payload.Length > connection.Server.PayloadBytesMax)
            throw new ArgumentException($"the request takes {payload.Length} bytes, the server allows {connection.Server.PayloadBytesMax}");
        return await connection.CallAsync(opcode, payload, cancellation).ConfigureAwait(false);
    }

    private ValueTask SendAsync(Opcode opcode, Query query, IReplyTaker answer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Deadline, TimeSpan.Zero, nameof(query));
        ClientConnection? connection = Volatile.Read(ref _connection);
        if (connection is { IsUsable: true } && connection.TryTakeCredit())
            return connection.Send(opcode, query, query.Deadline, answer, cancellation);
        return query.Deadline == TimeSpan.Zero
            ? WaitAndSendAsync(opcode, query, answer, cancellation)
            : WaitAndSendInTimeAsync(opcode, query, answer, cancellation);
    }

    private async ValueTask WaitAndSendAsync(Opcode opcode, Query query, IReplyTaker answer, CancellationToken cancellation)
    {
        ClientConnection connection = await CreditAsync(cancellation).ConfigureAwait(false);
        await connection.Send(opcode, query, TimeSpan.Zero, answer, cancellation).ConfigureAwait(false);
    }

    /// <summary>The deadline runs while the call waits for a connection or a credit, too.</summary>
    private async ValueTask WaitAndSendInTimeAsync(Opcode opcode, Query query, IReplyTaker answer, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (query.Deadline < TimeSpan.FromDays(1)) inTime.CancelAfter(query.Deadline);
        ClientConnection connection;
        try
        {
            connection = await CreditAsync(inTime.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ClientConnection.LateAnswer();
        }
        TimeSpan left = query.Deadline - Stopwatch.GetElapsedTime(begun);
        await connection.Send(opcode, query, left > TimeSpan.Zero ? left : TimeSpan.FromMicroseconds(1), answer, cancellation).ConfigureAwait(false);
    }

    /// <summary>A connection and one of its credits.</summary>
    private async ValueTask<ClientConnection> CreditAsync(CancellationToken cancellation)
    {
        while (true)
        {
            ClientConnection connection = await UsableAsync(cancellation).ConfigureAwait(false);
            await connection.TakeCreditAsync(cancellation).ConfigureAwait(false);
            if (connection.IsUsable) return connection;
            connection.ReturnCredit(); // it went away while we waited: the next one serves us
        }
    }
}
