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
    private bool _toldLedgerStopped;
    private string? _toldFailure;

    /// <summary>Opens the engine's files and starts to listen.</summary>
    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    /// <exception cref="DataFileException">A file of the engine cannot be used.</exception>
    /// <exception cref="ModelRuntimeException">Models are asked for and ONNX Runtime's library is missing.</exception>
    public RubatoServer(ServerOptions options, ILogger log)
    {
        Options = options;
        Log = log;
        CampaignFileStamp campaigns = CampaignFileStamp.Of(options.Engine.CampaignsPath);
        Models = options.ModelsPath is { } path ? new ModelService(path, options.Models, log) : null;
        try
        {
            _engine = Engine.Open(EngineOptions(options));
        }
        catch
        {
            Models?.Dispose();
            throw;
        }
        Metrics = new ServerMetrics(this);
        // One lane per thread on which .NET polls sockets: one per core when completions run inline.
        Lanes = new LanePool(Environment.ProcessorCount, CreateLane);
        Batcher = new Batcher(options.RecommendLanes, options.Limits.QueueMax, options.Limits.BatchMax, Metrics, log, CreateLane);
        if (_engine.Ledger is not null) Events = new EventLane(_engine, options.Limits.QueueMax, options.Durability, Metrics, log);
        Campaigns = new CampaignUpdates(_engine, campaigns, log);
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
        TellWhatIsLoaded();
    }

    public ServerOptions Options { get; }

    public ILogger Log { get; }

    public ServerMetrics Metrics { get; }

    /// <summary>Where EMBED, RANK and INFER run; null where no models are served.</summary>
    public ModelService? Models { get; }

    /// <summary>Where SCORE runs.</summary>
    public LanePool Lanes { get; }

    /// <summary>Where RECOMMEND waits and runs.</summary>
    public Batcher Batcher { get; }

    /// <summary>Where exposure events go; null without a ledger.</summary>
    public EventLane? Events { get; }

    /// <summary>Live updates of the campaigns.</summary>
    public CampaignUpdates Campaigns { get; }

    /// <summary>The address that is listened on.</summary>
    public IPEndPoint Address => _listener.Address;

    /// <summary>New connections and requests are welcome.</summary>
    public bool IsReady => !IsDraining && !IsLedgerStopped;

    /// <summary>The server is going away.</summary>
    public bool IsDraining => Volatile.Read(ref _drained) is not null;

    /// <summary>The ledger's disk has failed: slates carry no campaigns that cost something.</summary>
    public bool IsLedgerStopped => _engine.Ledger is { IsStopped: true };

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
        CampaignsBytesMax = (uint)Options.Limits.PayloadBytesMaxOf(Opcode.Campaigns),
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

    private EngineOptions EngineOptions(ServerOptions options) => options.Engine with
    {
        DeviceDegraded = Log.DeviceDegraded, Models = Models?.Host, RankerModel = options.Models.Ranker, RankerTimeMax = TimeSpan.FromMilliseconds(options.Models.RankerMillisecondsMax),
    };

    private ComputeLane CreateLane() => new(_engine, Options.Limits.BatchMax, Metrics);

    // Campaigns that are all over, or a price folder that nobody named, look like a server that promotes nothing.
    private void TellWhatIsLoaded()
    {
        DateTime now = Options.Engine.Clock.GetUtcNow().UtcDateTime;
        int running = 0;
        foreach (Campaign campaign in _engine.Campaigns.Campaigns) running += campaign.Start <= now && now < campaign.End ? 1 : 0;
        Log.Loaded(_engine.Campaigns.Count, running, Options.Engine.PricesPath is null ? "none" : $"generation {_engine.Generations.Prices}", Options.Engine.LedgerPath ?? "none");
    }

    private void CloseEngine()
    {
        Campaigns.Dispose();
        Batcher.Dispose();
        Events?.Dispose(); // before the ledger: what was queued is still acknowledged
        Lanes.Dispose();
        Metrics.Dispose();
        _engine.Dispose();
        Models?.Dispose();
    }

    private void CheckTimes()
    {
        long now = Stopwatch.GetTimestamp();
        foreach (Connection connection in Connections) connection.CheckTimes(now);
        if (Options.WatchCampaigns && !IsDraining) Campaigns.Check();
        if (!_toldLedgerStopped && _engine.Ledger?.StopReason is { } reason)
        {
            Log.LedgerStopped(reason);
            _toldLedgerStopped = true; // for good
        }
        if (_engine.MaintenanceFailure is { } failure && failure != _toldFailure) Log.MaintenanceFailed(failure);
        _toldFailure = _engine.MaintenanceFailure;
    }
}
