namespace Rubato;

/// <summary>Milliseconds since the ledger was opened, which never go back: where the clock does, no time has passed.</summary>
internal sealed class LedgerClock
{
    private readonly TimeProvider _clock;
    private DateTimeOffset _seen;
    private TimeSpan _elapsed;

    public LedgerClock(TimeProvider clock)
    {
        _clock = clock;
        _seen = clock.GetUtcNow();
    }

    /// <summary>Microseconds since 1970, for people who read a journal; nothing is decided by them.</summary>
    public long UtcMicros => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads the clock; one caller at a time.</summary>
    public long ElapsedMillis()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (now > _seen) _elapsed += now - _seen;
        _seen = now;
        return _elapsed.Ticks / TimeSpan.TicksPerMillisecond;
    }
}
