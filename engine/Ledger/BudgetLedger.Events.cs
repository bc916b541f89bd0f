namespace Rubato;

public sealed partial class BudgetLedger
{
    /// <summary>Spends what is reserved: the exposure happened. A second time it changes nothing.</summary>
    /// <param name="id">the reservation</param>
    /// <param name="durability">what must have happened before this returns; a batch takes None for each and one <see cref="Commit"/></param>
    /// <returns>What became of it; a forged id is an outcome, not an exception.</returns>
    /// <exception cref="LedgerException">The ledger has stopped: the event is not acknowledged and is to be sent again to the next run.</exception>
    public EventOutcome Settle(ReservationId id, LedgerDurability durability) => Record(id, EventOutcome.Settled, durability);

    /// <summary>Gives back what is reserved: there was no exposure. A second time it changes nothing.</summary>
    /// <inheritdoc cref="Settle"/>
    public EventOutcome Release(ReservationId id, LedgerDurability durability) => Record(id, EventOutcome.Released, durability);

    /// <summary>The campaign that a reservation belongs to; false where the id was not signed by this ledger, or names no account.</summary>
    public bool TryCampaignOf(ReservationId id, out uint campaign)
    {
        BudgetAccount? account = _key.Signed(id) ? _book.At(id.Account) : null;
        campaign = account?.Campaign ?? 0;
        return account is not null;
    }

    /// <summary>Waits until everything done so far is this durable.</summary>
    /// <exception cref="LedgerException">The ledger has stopped.</exception>
    public void Commit(LedgerDurability durability) => _journal.Wait(_journal.Appended, durability);

    private EventOutcome Record(ReservationId id, EventOutcome wanted, LedgerDurability durability)
    {
        if (!_key.Signed(id)) return Refused(EventOutcome.Forged);
        BudgetAccount? account = _book.At(id.Account);
        if (account is null || id.Lease == 0 || id.Lease > account.LastLease || account.AmountOf(id.AmountClass) < 0) return Refused(EventOutcome.Foreign);
        var record = new LedgerRecords.Event
        {
            Kind = RecordKind.Event,
            Outcome = wanted,
            AmountClass = id.AmountClass,
            PlaceLow = (uint)id.Place,
            PlaceHigh = (uint)(id.Place >> 32),
        };
        EventOutcome outcome = TryRecord(account, id, record, out long place) ?? RecordLate(record, out place);
        _journal.Wait(place, durability);
        return outcome;
    }

    // Null where the lease is closed. The lock keeps a lease's events and its closing in the journal in the order in which they happened.
    private EventOutcome? TryRecord(BudgetAccount account, ReservationId id, in LedgerRecords.Event record, out long place)
    {
        place = 0;
        if (!account.Leases.TryGetValue(id.Lease, out Lease? lease)) return null;
        lock (lease)
        {
            if (lease.IsClosed) return null;
            if (id.Index >= lease.Slots) return Refused(EventOutcome.Foreign);
            if (lease.OutcomeOf(id.Index) is { } before)
            {
                Interlocked.Increment(ref _duplicates);
                place = _journal.Appended; // the first event may still be on its way to the disk
                return before == EventOutcome.Settled ? EventOutcome.AlreadySettled : EventOutcome.AlreadyReleased;
            }
            if (account.AmountOf(id.AmountClass) > lease.ReservedMicros) return Refused(EventOutcome.Foreign);
            place = _journal.Append(record);
            _book.Apply(record);
        }
        Interlocked.Increment(ref record.Outcome == EventOutcome.Settled ? ref _settled : ref _released);
        return record.Outcome;
    }

    private EventOutcome RecordLate(LedgerRecords.Event record, out long place)
    {
        record.Outcome = EventOutcome.Late;
        lock (_gate)
        {
            place = _journal.Append(record);
            _book.Apply(record);
        }
        Interlocked.Increment(ref _late);
        return EventOutcome.Late;
    }

    private EventOutcome Refused(EventOutcome outcome)
    {
        Interlocked.Increment(ref _refused);
        return outcome;
    }
}
