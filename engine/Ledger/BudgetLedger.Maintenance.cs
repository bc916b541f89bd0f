namespace Rubato;

public sealed partial class BudgetLedger
{
    private readonly List<(BudgetAccount Account, Lease? Lease)> _granted = []; // within a pass: waits to be durable
    private long _sweptMillis, _compactedBytes, _nowMillis;

    /// <summary>
    /// One pass of what is not done by requests: opens the leases that were asked for, seals old ones, closes those whose reservations have
    /// expired, makes everything durable, and replaces a long journal by a snapshot. The ledger's own thread does it, where it has one.
    /// </summary>
    /// <exception cref="LedgerException">The ledger has stopped.</exception>
    public void Maintain()
    {
        lock (_maintenance)
        {
            _nowMillis = _clock.ElapsedMillis();
            if (_nowMillis - _sweptMillis >= Math.Min(_options.LeaseSecondsMax, _options.ReservationSeconds) * 125L) Sweep();
            for (BudgetAccount? account = _requests.TakeAll(); account is not null;)
            {
                BudgetAccount? next = account.NextAsking;
                Grant(account, account.TakeAsked());
                account = next;
            }
            Publish();
            if (_journal.Work.Bytes - _compactedBytes >= _options.CompactBytes) Compact();
        }
    }

    /// <summary>Sees to it that the next request for such an amount finds a lease, if the budget can pay it; durable on return.</summary>
    /// <param name="campaign">its id</param> <param name="amountMicros">micro-units, 1 to <see cref="BudgetAccount.ReservationMicrosMax"/></param>
    /// <returns>Whether the budget can pay it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">amountMicros is outside its range.</exception>
    /// <exception cref="LedgerException">
    /// The campaign has no budget, or has reserved <see cref="BudgetAccount.AmountClassesMax"/> other amounts already, or the ledger has stopped.
    /// </exception>
    public bool Prepare(uint campaign, long amountMicros)
    {
        Prepare([(campaign, amountMicros)]);
        return Account(campaign).Serves(amountMicros);
    }

    /// <summary>The same for many campaigns, with one synchronisation for all; where one cannot be served, none is.</summary>
    /// <inheritdoc cref="Prepare(uint, long)"/>
    public void Prepare(ReadOnlySpan<(uint Campaign, long AmountMicros)> amounts)
    {
        lock (_maintenance)
        {
            RequireAmounts(amounts);
            foreach ((uint campaign, long micros) in amounts)
            {
                BudgetAccount account = Account(campaign);
                if (!account.Serves(micros)) Grant(account, micros);
            }
            if (_granted.Count > 0) Publish();
        }
    }

    /// <summary>Refuses amounts that <see cref="Prepare(uint, long)"/> would refuse; what campaigns without a budget will reserve is not known yet.</summary>
    internal void RequireAmounts(ReadOnlySpan<(uint Campaign, long AmountMicros)> amounts)
    {
        foreach ((uint campaign, long micros) in amounts)
        {
            OptionRange.Check(micros, 1, BudgetAccount.ReservationMicrosMax, nameof(amounts));
            if (_book.Find(campaign) is { Amounts.Length: BudgetAccount.AmountClassesMax } account && !account.Amounts.Contains(micros))
                throw new LedgerException(_files.Path, $"campaign {campaign}: an amount of {micros} after {BudgetAccount.AmountClassesMax} others");
        }
    }

    /// <summary>Closes a lease before its time: events for it are late from here on, and what none has settled is free again. Durable on return.</summary>
    /// <returns>Whether there was such an open lease.</returns>
    /// <exception cref="LedgerException">The campaign has no budget, or the ledger has stopped.</exception>
    public bool CloseLease(uint campaign, uint lease)
    {
        BudgetAccount account = Account(campaign);
        lock (_maintenance)
        {
            lock (_gate)
            {
                if (!account.Leases.TryGetValue(lease, out Lease? open)) return false;
                Seal(account, open);
                if (!open.IsClosed) Close(account, open);
            }
            Commit(LedgerDurability.Fsynced);
            return true;
        }
    }

    /// <summary>Replaces the journal by a snapshot now.</summary>
    /// <exception cref="LedgerException">The ledger has stopped.</exception>
    public void Compact()
    {
        lock (_maintenance)
        {
            long number;
            ReadOnlyMemory<byte> state;
            lock (_gate)
            {
                number = _journal.Rotate();
                state = LedgerSnapshot.Capture(_book);
                _compactions++;
            }
            _compactedBytes = _journal.Work.Bytes;
            try
            {
                LedgerSnapshot.Write(_files, _ledgerId, number, _clock.UtcMicros, state);
                LedgerRecovery.DeleteBefore(_files, number);
            }
            catch (Exception failure) // a disk that fails here is trusted no further there
            {
                _journal.Stop(failure);
                _journal.ThrowIfStopped();
            }
        }
    }

    private void MaintainForever()
    {
        try
        {
            while (!_requests.IsClosed)
            {
                _requests.Wait(_options.MaintenanceMillis);
                if (!_requests.IsClosed) Maintain();
            }
        }
        catch (LedgerException)
        {
            // Stopped. Whoever waits for durability is told so.
        }
        catch (Exception failure)
        {
            _journal.Stop(failure);
        }
    }

    // Nothing where the campaign has no class left for the amount. What is granted waits in _granted.
    private void Grant(BudgetAccount account, long micros)
    {
        lock (_gate)
        {
            bool isNew = !account.Amounts.Contains(micros);
            if (isNew && account.Amounts.Length == BudgetAccount.AmountClassesMax) return;
            if (isNew)
            {
                var record = new LedgerRecords.Amount
                {
                    Kind = RecordKind.Amount,
                    Class = (byte)account.Amounts.Length,
                    Account = account.Number,
                    Micros = micros,
                };
                _journal.Append(record);
                _book.Apply(record);
            }
            _granted.Add((account, TakeLease(account, micros)));
        }
    }

    // A lease that can pay micros, where one is missing and the budget has the money; leases that nobody will spend give theirs back first.
    private Lease? TakeLease(BudgetAccount account, long micros)
    {
        if (account.Next is { } next)
        {
            if (next != account.Current && next.CanTake(micros)) return null;
            account.DropNext(next);
        }
        if (account.Current is { } current)
        {
            if (!current.CanTake(micros)) Seal(account, current);
            else if (!current.IsLow) return null;
        }
        foreach (Lease lease in account.Leases.Values)
        {
            if (lease != account.Current) Seal(account, lease);
        }
        long leaseMicros = account.Leases.Count >= _options.OpenLeasesMax || account.LastLease == LedgerBook.LeasesMax ? 0
            : _options.LeaseMicros(account.FreeMicros, micros);
        if (leaseMicros == 0)
        {
            account.Refuse(micros);
            return null;
        }
        var record = new LedgerRecords.Grant
        {
            Kind = RecordKind.Grant,
            Account = account.Number,
            Lease = account.LastLease + 1,
            Slots = _options.LeaseSlots(leaseMicros, micros),
            Micros = leaseMicros,
        };
        _journal.Append(record);
        Lease granted = _book.Apply(record);
        granted.OpenedMillis = _nowMillis;
        _leasesOpened++;
        return granted;
    }

    // The heart of the promise: a lease is spent only after its record is durable.
    private void Publish()
    {
        Commit(LedgerDurability.Fsynced);
        foreach ((BudgetAccount account, Lease? lease) in _granted) account.Publish(lease);
        _granted.Clear();
    }

    private void Sweep()
    {
        _sweptMillis = _nowMillis;
        lock (_gate)
        {
            foreach (BudgetAccount account in _book.Accounts())
            {
                foreach (Lease lease in account.Leases.Values)
                {
                    bool isUsed = !lease.IsSpendable || lease.ReservationsMade > 0;
                    if (isUsed && lease.IsSpendable && _nowMillis - lease.OpenedMillis >= _options.LeaseSecondsMax * 1000L) Seal(account, lease);
                    if (!lease.IsClosed && !lease.IsSpendable && _nowMillis - lease.SealedMillis >= _options.ReservationSeconds * 1000L) Close(account, lease);
                }
            }
        }
    }

    // Under _gate. The rest is free at once; one that made no reservation is closed.
    private void Seal(BudgetAccount account, Lease lease)
    {
        if (!lease.IsSpendable) return;
        (int count, long micros) = lease.StopSpending();
        lease.SealedMillis = _nowMillis;
        var record = new LedgerRecords.Seal { Kind = RecordKind.Seal, Account = account.Number, Lease = lease.Number, Count = count, Micros = micros };
        _journal.Append(record);
        _book.Apply(record);
        _reservationsOfSealed += count;
        if (count == 0) Close(account, lease);
    }

    // Under _gate.
    private void Close(BudgetAccount account, Lease lease)
    {
        lock (lease)
        {
            var record = new LedgerRecords.Close
            {
                Kind = RecordKind.Close,
                Account = account.Number,
                Lease = lease.Number,
                SettledMicros = lease.SettledMicros,
                ForfeitedMicros = lease.IsRecovered && _options.ForfeitRecoveredLeases ? lease.ReservedMicros : 0,
            };
            _journal.Append(record);
            _book.Apply(record);
        }
        _leasesClosed++;
    }

    private void ReturnRests()
    {
        try
        {
            lock (_maintenance)
            {
                lock (_gate)
                {
                    foreach (BudgetAccount account in _book.Accounts())
                    {
                        foreach (Lease lease in account.Leases.Values) Seal(account, lease);
                    }
                }
                Commit(LedgerDurability.Fsynced);
            }
        }
        catch (LedgerException)
        {
            // The disk failed at the end. What was acknowledged is durable; the rests come back when their leases are closed.
        }
    }
}
