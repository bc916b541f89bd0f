namespace Rubato.Server;

/// <summary>What a run of the load generator measured.</summary>
internal sealed class LoadReport
{
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private long _sent;
    private long _ok;
    private long _exposed;

    /// <summary>"open" or "closed".</summary>
    public required string Mode { get; init; }

    /// <summary>From the (scheduled) time of sending to the answer.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Open loop: from the scheduled to the actual time of sending.</summary>
    public LatencyHistogram Slip { get; } = new();

    /// <summary>Requests sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Requests answered by scores.</summary>
    public long Ok => Volatile.Read(ref _ok);

    /// <summary>Exposure events that settled a reservation.</summary>
    public long Exposed => Volatile.Read(ref _exposed);

    /// <summary>Requests that failed, by code.</summary>
    public IReadOnlyDictionary<string, long> Errors
    {
        get
        {
            lock (_errors) return new SortedDictionary<string, long>(_errors, StringComparer.Ordinal);
        }
    }

    /// <summary>Seconds measured.</summary>
    public double Seconds { get; set; }

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountOk(long nanoseconds)
    {
        Interlocked.Increment(ref _ok);
        Latency.Record(nanoseconds);
    }

    public void CountExposed(int settled) => Interlocked.Add(ref _exposed, settled);

    public void CountError(string code)
    {
        lock (_errors) _errors[code] = _errors.GetValueOrDefault(code) + 1;
    }
}
