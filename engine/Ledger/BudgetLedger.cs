namespace Rubato;

/// <summary>
/// The budgets of campaigns, which no crash, retry or race ever overspends (docs/LEDGER.md). Requests reserve from leases in memory; a lease
/// is durable before it is spent; exposure events settle or release reservations, before and after a crash.
/// </summary>
/// <remarks>Thread-safe. One process has a ledger open at a time.</remarks>
public sealed partial class BudgetLedger : IDisposable
{
    private readonly Lock _gate = new();        // structure: accounts, leases, budgets
    private readonly Lock _maintenance = new(); // one pass at a time; taken before _gate
    private readonly ILedgerFiles _files;
    private readonly LedgerOptions _options;
    private readonly LedgerClock _clock;
    private readonly LeaseRequests _requests = new();
    private readonly ReservationKey _key;
    private readonly LedgerBook _book;
    private readonly Journal _journal;
    private readonly ulong _ledgerId;
    private readonly Thread? _thread;
    private long _reservationsOfSealed, _settled, _released, _duplicates, _late, _refused, _leasesOpened, _leasesClosed, _compactions;
    private bool _isDisposed;

    private BudgetLedger(ILedgerFiles files, LedgerOptions options)
    {
        _files = files;
        _options = options;
        _clock = new LedgerClock(options.Clock);
        string[] names = LedgerRecovery.TidyNames(files);
        LedgerHeader key = names.Contains(LedgerFileName.Key) ? LedgerKeyFile.Read(files)
            : !LedgerRecovery.IsWritten(names) ? LedgerKeyFile.Create(files, _clock.UtcMicros)
            : throw new LedgerException(files.PathOf(LedgerFileName.Key), "is missing, and without it no reservation in the journal can be settled");
        _ledgerId = key.LedgerId;
        _key = new ReservationKey(key.Key0, key.Key1);
        _book = new LedgerBook(_requests, _key);
        JournalStart start = new LedgerRecovery(files, _book, _ledgerId, _clock.UtcMicros).Recover(names);
        _compactedBytes = -start.BytesRead; // many short runs leave a long journal too
        _journal = new Journal(files, start, options, _clock, () => _requests.IsClosed = true);
        long now = _clock.ElapsedMillis();
        foreach (BudgetAccount account in _book.Accounts())
        {
            account.Publish(null);
            foreach (Lease lease in account.Leases.Values) lease.Recover(now);
        }
        if (!options.Background) return;
        _thread = new Thread(MaintainForever) { Name = "rubato-ledger", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Opens the ledger in a folder, which is created if there is none.</summary>
    /// <exception cref="LedgerException">
    /// The folder is in use by another process, or a file is missing, damaged (the message names the byte), another ledger's or a newer version's.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its documented range.</exception>
    public static BudgetLedger Open(string folder, LedgerOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options.Validated();
        return Open(new FolderLedgerFiles(folder), options);
    }

    internal static BudgetLedger Open(ILedgerFiles files, LedgerOptions options)
    {
        try
        {
            files.Lock();
            return new BudgetLedger(files, options.Validated());
        }
        catch (Exception failure)
        {
            files.Dispose();
            if (failure is IOException or UnauthorizedAccessException) throw new LedgerException(files.Path, DataFileException.Describe(failure), failure);
            throw;
        }
    }

    /// <summary>Whether the disk has failed: nothing is reserved or acknowledged any more, until the ledger is opened again.</summary>
    public bool IsStopped => _requests.IsClosed;

    /// <summary>The file that has failed and how, in one line; null where none has.</summary>
    public string? StopReason => _journal.StopReason?.Message;

    /// <summary>What the ledger has done since it was opened.</summary>
    public LedgerCounters Counters
    {
        get
        {
            lock (_gate)
            {
                (long bytes, long syncs) = _journal.Work;
                return new LedgerCounters
                {
                    Reservations = _reservationsOfSealed + _book.Accounts().SelectMany(account => account.Leases.Values)
                        .Where(lease => lease.IsSpendable).Sum(lease => (long)lease.ReservationsMade),
                    Settled = Volatile.Read(ref _settled),
                    Released = Volatile.Read(ref _released),
                    Duplicates = Volatile.Read(ref _duplicates),
                    Late = Volatile.Read(ref _late),
                    Refused = Volatile.Read(ref _refused),
                    LeasesOpened = _leasesOpened,
                    LeasesClosed = _leasesClosed,
                    JournalBytes = bytes,
                    JournalSyncs = syncs,
                    Compactions = _compactions,
                };
            }
        }
    }

    /// <summary>The account of a campaign.</summary>
    /// <exception cref="LedgerException">The campaign has no budget.</exception>
    public BudgetAccount Account(uint campaign) => _book.Find(campaign) ?? throw new LedgerException(_files.Path, $"campaign {campaign} has no budget");

    /// <summary>The campaigns that have a budget.</summary>
    public uint[] Campaigns()
    {
        lock (_gate) return [.. _book.Accounts().Select(account => account.Campaign)];
    }

    /// <summary>Gives a campaign a budget, or changes it; durable on return.</summary>
    /// <param name="campaign">its id</param> <param name="micros">the whole budget, in micro-units, at least what is handed out or spent of it</param>
    /// <exception cref="ArgumentOutOfRangeException">micros is negative.</exception>
    /// <exception cref="LedgerException">The budget is below what is handed out or spent, there are too many campaigns, or the ledger has stopped.</exception>
    public BudgetAccount SetBudget(uint campaign, long micros) => SetBudgets([new BudgetLimit(campaign, micros, micros)])[0];

    /// <summary>Gives campaigns budgets, or changes them, and opens their first leases: all or none; durable on return. Records nothing where nothing changes.</summary>
    /// <param name="limits">each campaign once</param>
    /// <returns>The accounts, in the order of the limits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit is negative, or an amount above <see cref="BudgetAccount.ReservationMicrosMax"/>.</exception>
    /// <exception cref="LedgerException">
    /// A budget is below what is handed out or spent, a campaign has reserved <see cref="BudgetAccount.AmountClassesMax"/> other amounts already, there
    /// are too many campaigns, or the ledger has stopped.
    /// </exception>
    public BudgetAccount[] SetBudgets(ReadOnlySpan<BudgetLimit> limits) => SetBudgets(limits, whenSound: null);

    /// <summary>The same; what has to be on disk before the limits hold is written by whenSound, once they are known to be sound. Where it throws, nothing is recorded.</summary>
    internal BudgetAccount[] SetBudgets(ReadOnlySpan<BudgetLimit> limits, Action? whenSound)
    {
        var accounts = new BudgetAccount[limits.Length];
        lock (_maintenance)
        {
            lock (_gate)
            {
                RequireBudgets(limits);
                whenSound?.Invoke();
                for (int i = 0; i < limits.Length; i++) accounts[i] = SetBudget(limits[i]);
                for (int i = 0; i < limits.Length; i++)
                    if (limits[i].AmountMicros > 0 && !accounts[i].Serves(limits[i].AmountMicros)) Grant(accounts[i], limits[i].AmountMicros);
            }
            Publish();
        }
        return accounts;
    }

    /// <summary>Reserves from a campaign's open lease; see <see cref="BudgetAccount.TryReserve"/>.</summary>
    /// <exception cref="LedgerException">The campaign has no budget.</exception>
    /// <exception cref="ArgumentOutOfRangeException">amountMicros is outside its range.</exception>
    public bool TryReserve(uint campaign, long amountMicros, out ReservationId id, long track = 0) => Account(campaign).TryReserve(amountMicros, out id, track);

    /// <summary>A campaign's budget and where it is.</summary>
    /// <exception cref="LedgerException">The campaign has no budget.</exception>
    public BudgetState State(uint campaign)
    {
        BudgetAccount account = Account(campaign);
        lock (_gate)
        {
            long rest = 0, reserved = 0, settled = account.ClosedSettledMicros;
            LeaseState[] leases = Leases(account);
            foreach (LeaseState lease in leases)
            {
                rest += lease.RestMicros;
                reserved += lease.ReservedMicros;
                settled += lease.SettledMicros;
            }
            return new BudgetState
            {
                Campaign = campaign,
                BudgetMicros = account.BudgetMicros,
                FreeMicros = account.FreeMicros,
                RestMicros = rest,
                ReservedMicros = reserved,
                SettledMicros = settled,
                ForfeitedMicros = account.ForfeitedMicros,
                LateEvents = account.LateEvents,
                LateMicros = account.LateMicros,
                OpenLeases = leases.Length,
            };
        }
    }

    /// <summary>A campaign's open leases, by number.</summary>
    /// <exception cref="LedgerException">The campaign has no budget.</exception>
    public LeaseState[] OpenLeases(uint campaign)
    {
        BudgetAccount account = Account(campaign);
        lock (_gate) return Leases(account);
    }

    /// <summary>Returns the unreserved rest of every lease, writes everything out and closes the files. A ledger that has stopped closes as it is.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }
        bool hasStopped = IsStopped;
        _requests.IsClosed = true;
        _requests.Wake();
        _thread?.Join();
        if (!hasStopped) ReturnRests();
        _journal.Dispose();
        _files.Dispose();
    }

    // Under _gate.
    private void RequireBudgets(ReadOnlySpan<BudgetLimit> limits)
    {
        int added = 0;
        foreach (BudgetLimit limit in limits)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(limit.Micros, "micros");
            ArgumentOutOfRangeException.ThrowIfNegative(limit.ReleasedMicros, "micros");
            BudgetAccount? account = _book.Find(limit.Campaign);
            if (account is null && _book.Count + ++added > LedgerBook.AccountsMax)
                throw new LedgerException(_files.Path, $"campaign {limit.Campaign}: a ledger keeps {LedgerBook.AccountsMax} campaigns at most");
            OptionRange.Check(limit.AmountMicros, 0, BudgetAccount.ReservationMicrosMax, nameof(limits));
            if (account is null) continue;
            if (limit.AmountMicros > 0) RequireClass(account, limit.AmountMicros);
            if (limit.Micros < account.CommittedMicros)
                throw new LedgerException(_files.Path, $"campaign {limit.Campaign}: a budget of {limit.Micros} micro-units is below the {account.CommittedMicros} handed out or spent");
        }
    }

    private void RequireClass(BudgetAccount account, long micros)
    {
        if (account.Amounts.Length == BudgetAccount.AmountClassesMax && !account.Amounts.Contains(micros))
            throw new LedgerException(_files.Path, $"campaign {account.Campaign}: an amount of {micros} after {BudgetAccount.AmountClassesMax} others");
    }

    // Under _gate, and checked.
    private BudgetAccount SetBudget(in BudgetLimit limit)
    {
        BudgetAccount? account = _book.Find(limit.Campaign);
        long micros = Math.Max(Math.Min(limit.Micros, limit.ReleasedMicros), account?.CommittedMicros ?? 0);
        if (account is not null && account.BudgetMicros == micros) return account;
        var record = new LedgerRecords.Budget { Kind = RecordKind.Budget, Account = account?.Number ?? _book.Count, Campaign = limit.Campaign, Micros = micros };
        _journal.Append(record);
        return _book.Apply(record);
    }

    private static LeaseState[] Leases(BudgetAccount account)
    {
        LeaseState[] leases = [.. account.Leases.Values.Select(State)];
        Array.Sort(leases, (a, b) => a.Lease.CompareTo(b.Lease));
        return leases;
    }

    private static LeaseState State(Lease lease)
    {
        lock (lease)
        {
            long rest = lease.RestMicros; // read once: requests go on reserving
            return new LeaseState
            {
                Lease = lease.Number,
                AmountMicros = lease.Micros,
                RestMicros = rest,
                ReservedMicros = lease.Micros - rest - lease.SettledMicros,
                SettledMicros = lease.SettledMicros,
                Spendable = lease.IsSpendable,
                Recovered = lease.IsRecovered,
            };
        }
    }
}
