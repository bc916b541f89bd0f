namespace Rubato;

/// <summary>Exposure events on their way, by the interval in which they arrive.</summary>
internal sealed class PendingExposures(DateTime start, int intervalSeconds)
{
    private const double StreamedSeconds = 60; // of a track that is looked at

    private readonly Dictionary<long, List<(ReservationId Id, long Track, bool Seen)>> _due = [];

    /// <summary>Sends the events of a slate.</summary>
    public void Send(ResponseBatch responses, int request, DateTime arrives, bool seen)
    {
        ReadOnlySpan<ReservationId> reservations = responses.Reservations(request);
        for (int slot = 0; slot < reservations.Length; slot++)
        {
            if (reservations[slot] == default) continue;
            long interval = IntervalOf(arrives);
            if (!_due.TryGetValue(interval, out var events)) _due.Add(interval, events = []);
            events.Add((reservations[slot], responses.TrackIds(request)[slot], seen));
        }
    }

    /// <summary>Lets the events of the interval that ends now arrive.</summary>
    public void Arrive(Engine engine, DateTime now)
    {
        if (_due.Remove(IntervalOf(now.AddTicks(-1)), out var events)) Arrive(engine, events);
    }

    /// <summary>Lets all others arrive.</summary>
    public void ArriveAll(Engine engine)
    {
        foreach (long interval in _due.Keys.Order().ToArray()) Arrive(engine, _due[interval]);
        _due.Clear();
    }

    private static void Arrive(Engine engine, List<(ReservationId Id, long Track, bool Seen)> events)
    {
        foreach ((ReservationId id, long track, bool seen) in events) engine.Expose(id, track, seen ? StreamedSeconds : 0, LedgerDurability.None);
    }

    private long IntervalOf(DateTime time) => (time - start).Ticks / (intervalSeconds * TimeSpan.TicksPerSecond);
}
