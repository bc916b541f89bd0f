using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>The server: an engine, lanes, a listener. Made ready by the constructor, ended by <see cref="DrainAsync"/>.</summary>
internal sealed class RubatoServer : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly Listener _listener;
    private readonly Task _accepting;
    private readonly Timer _clock;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _drainLock = new();
    private Task? _drained;

    /// <summary>Opens the engine's files and starts to listen.</summary>
    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    /// <exception cref="DataFileException">A file of the engine cannot be used.</exception>
    public RubatoServer(ServerOptions options, ILogger log)
    {
        Options = options;
        Log = log;
        _engine = Engine.Open(options.Engine with { DeviceDegraded = log.DeviceDegraded });
        Metrics = new ServerMetrics(this);
        // One lane per thread on which .NET polls sockets: one per core when completions run inline.
        Lanes = new LanePool(Environment.ProcessorCount, CreateLane);
        Batcher = new Batcher(options.RecommendLanes, options.Limits.QueueMax, options.Limits.BatchMax, Metrics, log, CreateLane);
        try
        {
            _listener = new Listener(options.Listen, this);
        }
        catch
        {
            CloseEngine();
            throw;
        }
        _accepting = _listener.AcceptAsync();
        _clock = new Timer(static server => ((RubatoServer)server!).CheckTimes(), this, 1000, 1000);
        log.Listening(Address, _engine.Catalogue.Rows, _engine.Catalogue.Dimension, _engine.ScoreVariant, _engine.ScanVariant);
        if (_engine.Devices is { } devices) log.DevicesInUse(devices.Devices);
    }

    public ServerOptions Options { get; }

    public ILogger Log { get; }

    public ServerMetrics Metrics { get; }

    /// <summary>Where SCORE runs.</summary>
    public LanePool Lanes { get; }

    /// <summary>Where RECOMMEND waits and runs.</summary>
    public Batcher Batcher { get; }

    /// <summary>The address that is listened on.</summary>
    public IPEndPoint Address => _listener.Address;

    /// <summary>New connections and requests are welcome.</summary>
    public bool IsReady => Volatile.Read(ref _drained) is null;

    /// <summary>Connections open now.</summary>
    public Connection[] Connections => _listener.Open;

    /// <summary>Bytes received and sent since the start.</summary>
    public (long Received, long Sent) Bytes => _listener.Bytes;

    /// <summary>What the engine has loaded, for metrics.</summary>
    public Engine Engine => _engine;

    /// <summary>The answer to HELLO.</summary>
    public HelloReply Hello() => new()
    {
        Version = FrameHeader.VersionValue,
        PayloadBytesMax = (uint)Options.Limits.PayloadBytesMax,
        CandidatesMax = (uint)Options.Engine.Limits.CandidatesMax,
        Dimension = (uint)_engine.Catalogue.Dimension,
        SlotsMax = (ushort)Options.Engine.Limits.SlotsMax,
        Credit = (ushort)Options.Limits.InFlightMax,
        IdleSeconds = (uint)Options.Limits.IdleSecondsMax,
        Tracks = _engine.Catalogue.Rows,
        Generations = Generations,
    };

    /// <summary>The answer to STATS.</summary>
    public StatsReply Stats() => new()
    {
        Connections = (uint)Connections.Length,
        UptimeMicroseconds = (ulong)Stopwatch.GetElapsedTime(_started).TotalMicroseconds,
        RequestsOk = (ulong)Metrics.RequestsOk,
        RequestsFailed = (ulong)Metrics.RequestsFailed,
        BytesIn = (ulong)Metrics.BytesReceived,
        BytesOut = (ulong)Metrics.BytesSent,
        AllocatedBytes = (ulong)GC.GetTotalAllocatedBytes(precise: true),
        ResidentBytes = (ulong)Environment.WorkingSet,
        QueueDepth = (uint)Batcher.Depth,
        Generations = Generations,
    };

    /// <summary>Stops accepting, tells every connection, answers what still comes, closes those that fall quiet, and at last all of them.</summary>
    public Task DrainAsync()
    {
        lock (_drainLock) return _drained ??= DrainOnceAsync(); // whoever comes second waits too: the engine must outlive the last request
    }

    private async Task DrainOnceAsync()
    {
        await Task.Yield(); // not under the lock
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        Log.Draining(Connections.Length, Options.Limits.DrainSecondsMax);
        foreach (Connection connection in Connections) connection.GoAway();

        var quiet = new Dictionary<Connection, long>();
        long begun = Stopwatch.GetTimestamp();
        while (Connections is { Length: > 0 } open && Stopwatch.GetElapsedTime(begun).TotalSeconds < Options.Limits.DrainSecondsMax)
        {
            await Task.Delay(100).ConfigureAwait(false);
            foreach (Connection connection in open)
            {
                long received = connection.BytesReceived;
                if (connection.IsQuiet && quiet.TryGetValue(connection, out long before) && before == received) connection.Close();
                quiet[connection] = received;
            }
        }
        if (Connections.Length > 0) Log.DrainTimeOver(Connections.Length);
        foreach (Connection connection in Connections) connection.Abort();
        while (Connections.Length > 0) await Task.Delay(1).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        await _clock.DisposeAsync().ConfigureAwait(false);
        CloseEngine();
    }

    private Generations Generations => new(_engine.Generations.Catalogue, _engine.Generations.Model, _engine.Generations.Prices);

    private ComputeLane CreateLane() => new(_engine, Options.Limits.BatchMax, Metrics);

    private void CloseEngine()
    {
        Batcher.Dispose();
        Lanes.Dispose();
        Metrics.Dispose();
        _engine.Dispose();
    }

    private void CheckTimes()
    {
        long now = Stopwatch.GetTimestamp();
        foreach (Connection connection in Connections) connection.CheckTimes(now);
    }
}
