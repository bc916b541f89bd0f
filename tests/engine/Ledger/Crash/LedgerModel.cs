using System.Runtime.InteropServices;

namespace Rubato.Tests.Ledgers;

/// <summary>
/// What a ledger has promised to those who use it, across its crashes: every id it issued, what was tried with it and what was answered.
/// Throws <see cref="CrashViolation"/> where an answer or a budget breaks a promise.
/// </summary>
internal sealed class LedgerModel
{
    private readonly Dictionary<ReservationId, Reservation> _reservations = [];
    private readonly Dictionary<uint, Sums> _sums = [];
    private readonly List<Reservation> _unsure = [];

    /// <summary>One id: the answer that counts now, and whether it may be forgotten by a crash.</summary>
    internal sealed class Reservation(uint campaign, ReservationId id, long micros)
    {
        public uint Campaign => campaign;

        public ReservationId Id => id;

        public long Micros => micros;

        public bool SettleTried, ReleaseTried, IsAcknowledged, IsSure;

        public EventOutcome? Known;
    }

    private sealed class Sums
    {
        public long Settled, Tried, Acknowledged;
    }

    /// <summary>Events that were acknowledged as durable, and whose record a crash was not allowed to lose.</summary>
    public long DurableEvents { get; private set; }

    public Reservation Issue(uint campaign, ReservationId id, long micros)
    {
        var reservation = new Reservation(campaign, id, micros);
        Require(_reservations.TryAdd(id, reservation), $"reservation {id} was issued twice");
        return reservation;
    }

    /// <summary>Stops watching ids; the sums stay.</summary>
    public void Forget(IEnumerable<Reservation> reservations)
    {
        foreach (Reservation reservation in reservations) _reservations.Remove(reservation.Id);
    }

    public Reservation Of(ReservationId id) => _reservations[id];

    /// <summary>An event is about to be sent.</summary>
    public void Try(Reservation reservation, EventOutcome wanted)
    {
        if (wanted == EventOutcome.Released) reservation.ReleaseTried = true;
        else if (!reservation.SettleTried)
        {
            reservation.SettleTried = true;
            SumsOf(reservation.Campaign).Tried += reservation.Micros;
        }
    }

    /// <summary>The answer to it.</summary>
    public void Answer(Reservation reservation, EventOutcome outcome, bool isDurable)
    {
        EventOutcome? known = reservation.Known;
        string text = $"reservation {reservation.Id} of campaign {reservation.Campaign}: {outcome}, known as {known?.ToString() ?? "open"}";
        switch (outcome)
        {
            case EventOutcome.Settled or EventOutcome.Released:
                Require(known is null, $"an acknowledged event is lost, {text}");
                Learn(reservation, outcome, isDurable);
                break;
            case EventOutcome.AlreadySettled or EventOutcome.AlreadyReleased:
                EventOutcome first = outcome == EventOutcome.AlreadySettled ? EventOutcome.Settled : EventOutcome.Released;
                Require(known == first || known is null && (first == EventOutcome.Settled ? reservation.SettleTried : reservation.ReleaseTried), text);
                Learn(reservation, first, isDurable);
                break;
            default:
                Require(outcome == EventOutcome.Late, text);
                break;
        }
    }

    /// <summary>Everything acknowledged is durable now.</summary>
    public void Synced()
    {
        foreach (Reservation reservation in _unsure)
        {
            if (reservation.Known is not null) MakeSure(reservation);
        }
        _unsure.Clear();
    }

    /// <summary>The process has ended: what was not durable may be forgotten.</summary>
    public void Crashed()
    {
        foreach (Reservation reservation in _unsure)
        {
            if (!reservation.IsSure) reservation.Known = null;
        }
        _unsure.Clear();
    }

    /// <summary>A budget as the ledger states it.</summary>
    public void Check(BudgetState state)
    {
        Require(state is { FreeMicros: >= 0, RestMicros: >= 0, ReservedMicros: >= 0, SettledMicros: >= 0 }
            && state.FreeMicros + state.RestMicros + state.ReservedMicros + state.SettledMicros == state.BudgetMicros, $"does not add up: {state}");
        CheckSettled(state.Campaign, state.SettledMicros, state.ForfeitedMicros);
    }

    /// <summary>A budget as the files state it, and the ledger that read them.</summary>
    public void Check(JournalBudget file, BudgetState? state)
    {
        CheckSettled(file.Campaign, file.Settled, file.Forfeited);
        if (state is not { } stated) return;
        Require(file.Budget == stated.BudgetMicros && file.Free == stated.FreeMicros && file.Settled == stated.SettledMicros
            && file.Open == stated.RestMicros + stated.ReservedMicros && file.LateEvents == stated.LateEvents && file.LateMicros == stated.LateMicros,
            $"the reader disagrees: {file} with free {file.Free}, open {file.Open}, settled {file.Settled}; ledger {stated}");
    }

    /// <summary>Reserved money of a lease of this run, to the micro-unit.</summary>
    public void Check(uint campaign, LeaseState lease)
    {
        Require(lease is { RestMicros: >= 0, ReservedMicros: >= 0, SettledMicros: >= 0 }, $"negative: {lease}");
        if (lease.Recovered) return;
        long reserved = _reservations.Values.Where(one => one.Campaign == campaign && one.Id.Lease == lease.Lease && one.Known is null).Sum(one => one.Micros);
        Require(reserved == lease.ReservedMicros, $"campaign {campaign}: {reserved} reserved by ids, {lease}");
    }

    /// <summary>At the end, when nothing is open: not even events that were acknowledged without being durable are unpaid.</summary>
    public void CheckForfeited(BudgetState state) => Require(state.SettledMicros >= SumsOf(state.Campaign).Acknowledged, $"unpaid: {state}");

    private void CheckSettled(uint campaign, long settled, long forfeited)
    {
        Sums sums = SumsOf(campaign);
        Require(settled >= sums.Settled, $"campaign {campaign}: {sums.Settled} acknowledged as settled for good, {settled} are");
        Require(settled - forfeited <= sums.Tried, $"campaign {campaign}: {settled} settled, {sums.Tried} tried");
    }

    private void Learn(Reservation reservation, EventOutcome outcome, bool isDurable)
    {
        if (outcome == EventOutcome.Settled && !reservation.IsAcknowledged)
        {
            reservation.IsAcknowledged = true; // once, even if a crash forgets it in between
            SumsOf(reservation.Campaign).Acknowledged += reservation.Micros;
        }
        reservation.Known = outcome;
        if (isDurable) MakeSure(reservation);
        else if (!reservation.IsSure) _unsure.Add(reservation);
    }

    private void MakeSure(Reservation reservation)
    {
        if (reservation.IsSure) return;
        reservation.IsSure = true;
        DurableEvents++;
        if (reservation.Known == EventOutcome.Settled) SumsOf(reservation.Campaign).Settled += reservation.Micros;
    }

    private Sums SumsOf(uint campaign) => CollectionsMarshal.GetValueRefOrAddDefault(_sums, campaign, out _) ??= new Sums();

    private static void Require(bool holds, string promise)
    {
        if (!holds) throw new CrashViolation(promise);
    }
}
