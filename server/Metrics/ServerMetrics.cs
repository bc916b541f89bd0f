using System.Diagnostics;
using System.Diagnostics.Metrics;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>What the server counts. Recording is lock-free and allocates nothing; /metrics and any meter listener read the same numbers.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>Name of the meter, for <see cref="MeterListener"/> and exporters.</summary>
    public const string MeterName = "Rubato";

    private const int OpcodeCount = 64, CodeCount = 128, ExposureResults = 10;

    private readonly RubatoServer _server;
    private readonly Meter _meter = new(MeterName);
    private readonly long[] _requests = new long[OpcodeCount * CodeCount];
    private readonly long[] _refusedConnections = new long[CodeCount];
    private long _batches;
    private long _batchedRequests;
    private long _scanned;
    private long _rescored;
    private readonly long[] _exposures = new long[ExposureResults];
    private readonly SlateTotals _slates = new();

    public ServerMetrics(RubatoServer server)
    {
        _server = server;
        _meter.CreateObservableCounter("rubato.requests.ok", () => RequestsOk, "{request}");
        _meter.CreateObservableCounter("rubato.requests.failed", () => RequestsFailed, "{request}");
        _meter.CreateObservableCounter("rubato.network.received", () => BytesReceived, "By");
        _meter.CreateObservableCounter("rubato.network.sent", () => BytesSent, "By");
        _meter.CreateObservableGauge("rubato.connections", () => _server.Connections.Length, "{connection}");
        _meter.CreateObservableGauge("rubato.queue.depth", () => _server.Batcher.Depth, "{request}");
    }

    /// <summary>From arrival to the written answer, SCORE.</summary>
    public LatencyHistogram Score { get; } = new();

    /// <summary>From arrival to the written answer, RECOMMEND.</summary>
    public LatencyHistogram Recommend { get; } = new();

    /// <summary>RECOMMEND: from arrival to the start of the batch.</summary>
    public LatencyHistogram Queue { get; } = new();

    /// <summary>Retrieval of one batch.</summary>
    public LatencyHistogram Retrieval { get; } = new();

    /// <summary>Ranking of one batch.</summary>
    public LatencyHistogram Ranking { get; } = new();

    /// <summary>Allocation of one batch.</summary>
    public LatencyHistogram Allocation { get; } = new();

    /// <summary>Batches run.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Requests run in batches.</summary>
    public long BatchedRequests => Volatile.Read(ref _batchedRequests);

    /// <summary>Rows scanned × queries.</summary>
    public long RowsScanned => Volatile.Read(ref _scanned);

    /// <summary>Rows finished by the definition of a score.</summary>
    public long RowsRescored => Volatile.Read(ref _rescored);

    /// <summary>What allocation gave and refused.</summary>
    public SlateTotals Slates => _slates;

    /// <summary>From arrival to the written answer, EXPOSE.</summary>
    public LatencyHistogram Expose { get; } = new();

    /// <summary>Exposure events that did this.</summary>
    public long Exposures(ExposureResult result) => Volatile.Read(ref _exposures[(int)result]);

    /// <summary>Requests answered by a reply.</summary>
    public long RequestsOk => Count(ok: true);

    /// <summary>Requests answered by an error.</summary>
    public long RequestsFailed => Count(ok: false);

    /// <summary>Bytes received on all connections.</summary>
    public long BytesReceived => _server.Bytes.Received;

    /// <summary>Bytes sent on all connections.</summary>
    public long BytesSent => _server.Bytes.Sent;

    /// <summary>Requests by opcode and code that occurred.</summary>
    public IEnumerable<(Opcode Opcode, ErrorCode Code, long Count)> Requests
    {
        get
        {
            for (int index = 0; index < _requests.Length; index++) // no query: it would allocate for each of thousands of places
            {
                long count = Volatile.Read(ref _requests[index]);
                if (count > 0) yield return ((Opcode)(index / CodeCount), (ErrorCode)(index % CodeCount), count);
            }
        }
    }

    /// <summary>Connections that were refused or closed by the server, by code.</summary>
    public IEnumerable<(ErrorCode Code, long Count)> RefusedConnections
    {
        get
        {
            for (int code = 0; code < CodeCount; code++)
            {
                long count = Volatile.Read(ref _refusedConnections[code]);
                if (count > 0) yield return ((ErrorCode)code, count);
            }
        }
    }

    /// <summary>A request was answered.</summary>
    /// <param name="opcode">what it asked; unknown ones count as 0</param>
    /// <param name="code">how it ended</param>
    /// <param name="ticks">Stopwatch ticks from arrival to the written answer</param>
    public void RequestDone(Opcode opcode, ErrorCode code, long ticks)
    {
        int row = (int)opcode < OpcodeCount ? (int)opcode : 0;
        Interlocked.Increment(ref _requests[row * CodeCount + Math.Min((int)code, CodeCount - 1)]);
        if (opcode == Opcode.Score) Score.Record(Nanoseconds(ticks));
        else if (opcode == Opcode.Recommend) Recommend.Record(Nanoseconds(ticks));
        else if (opcode == Opcode.Expose) Expose.Record(Nanoseconds(ticks));
    }

    /// <summary>A RECOMMEND request left the queue.</summary>
    public void Queued(long ticks) => Queue.Record(Nanoseconds(ticks));

    /// <summary>The engine answered a batch.</summary>
    public void BatchDone(ResponseBatch responses, int requests)
    {
        Retrieval.Record(Nanoseconds(responses.Ticks.Retrieval));
        Ranking.Record(Nanoseconds(responses.Ticks.Ranking));
        Allocation.Record(Nanoseconds(responses.Ticks.Allocation));
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _batchedRequests, requests);
        _slates.Add(responses.Slates);
        if (responses.Search.Scanned == 0) return;
        Interlocked.Add(ref _scanned, responses.Search.Scanned);
        Interlocked.Add(ref _rescored, responses.Search.Rescored);
    }

    /// <summary>Exposure events were applied.</summary>
    public void Exposed(ReadOnlySpan<ExposureResult> results)
    {
        foreach (ExposureResult result in results) Interlocked.Increment(ref _exposures[(int)result]);
    }

    /// <summary>A connection was refused, or closed for breaking a rule.</summary>
    public void ConnectionRefused(ErrorCode code) => Interlocked.Increment(ref _refusedConnections[(int)code]);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static long Nanoseconds(long ticks) => ticks * (1_000_000_000 / Stopwatch.Frequency);

    private long Count(bool ok)
    {
        long sum = 0;
        foreach ((_, ErrorCode code, long count) in Requests)
            if (code == ErrorCode.None == ok) sum += count;
        return sum;
    }
}
