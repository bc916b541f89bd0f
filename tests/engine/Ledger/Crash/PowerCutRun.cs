namespace Rubato.Tests.Ledgers;

/// <summary>
/// A ledger used at random on <see cref="FaultyFiles"/>, whose power fails, or which is killed, at a random operation, several times over.
/// Everything follows from the seed.
/// </summary>
internal sealed class PowerCutRun
{
    private const int CampaignsMax = 3, OperationsMax = 120;

    private readonly Random _random;
    private readonly FaultyFiles _files;
    private readonly VirtualClock _clock = new();
    private readonly LedgerModel _model = new();
    private readonly LedgerOptions _options;
    private readonly Dictionary<uint, (long Sure, long Tried)> _budgets = [];
    private readonly List<LedgerModel.Reservation> _reservations = [];
    private BudgetLedger _ledger = null!;

    private PowerCutRun(int seed, Action<FaultyFiles>? spoil)
    {
        _random = new Random(seed);
        _files = new FaultyFiles(new Random(seed + 1)) { WritesShort = _random.Next(4) == 0 };
        spoil?.Invoke(_files);
        _options = new LedgerOptions
        {
            Background = false, Clock = _clock, LeaseFraction = 0.05 + 0.3 * _random.NextDouble(), LeaseReservationsMin = _random.Next(1, 8),
            LeaseReservationsMax = _random.Next(8, 100), ReservationSeconds = 60, LeaseSecondsMax = 30, SegmentBytes = 4096,
            CompactBytes = _random.Next(4096, 12_000), BufferBytes = 32 << 10, OpenLeasesMax = 8, ForfeitRecoveredLeases = _random.Next(4) == 0,
        };
    }

    /// <summary>Crashes survived and durable events that they might have lost.</summary>
    /// <param name="seed">what happens</param> <param name="spoil">makes the disk worse than its contract</param>
    /// <exception cref="CrashViolation">The ledger broke a promise.</exception>
    public static (int Crashes, long DurableEvents) Run(int seed, Action<FaultyFiles>? spoil = null)
    {
        var run = new PowerCutRun(seed, spoil);
        int crashes = run._random.Next(1, 5);
        for (int i = 0; i < crashes; i++) run.Live();
        run.End();
        return (crashes, run._model.DurableEvents);
    }

    // From one start to the next crash.
    private void Live()
    {
        bool cutsPower = _random.Next(10) < 7;
        _files.OperationsUntilCut = _random.Next(3) == 0 ? _random.Next(1, 12) : _random.Next(1, 120);
        try
        {
            Open();
            for (int operation = 0; operation < OperationsMax; operation++) Act();
        }
        catch (LedgerException failure)
        {
            if (!_files.IsCut) throw new CrashViolation(failure.Message);
        }
        _model.Crashed();
        if (cutsPower) _files.RestorePower();
        else _files.Restart();
    }

    private void Open()
    {
        _ledger = BudgetLedger.Open(_files, _options);
        Dictionary<uint, JournalBudget> read = JournalReader.Read(_files.Contents());
        if (read.Count != _ledger.Campaigns().Length) throw new CrashViolation("the reader finds other campaigns");
        foreach ((uint campaign, (long sure, long tried)) in _budgets)
        {
            if (!read.TryGetValue(campaign, out JournalBudget? file))
            {
                if (sure >= 0) throw new CrashViolation($"campaign {campaign} is forgotten");
                continue;
            }
            BudgetState state = _ledger.State(campaign);
            if (state.BudgetMicros != sure && state.BudgetMicros != tried) throw new CrashViolation($"budget {state.BudgetMicros}, not {sure} or {tried}");
            _budgets[campaign] = (state.BudgetMicros, state.BudgetMicros);
            _model.Check(state);
            _model.Check(file, state);
        }
    }

    private void Act()
    {
        uint campaign = (uint)_random.Next(1, CampaignsMax + 1);
        bool isKnown = _ledger.Campaigns().Contains(campaign);
        switch (isKnown ? _random.Next(100) : 0)
        {
            case < 4:
                SetBudget(campaign);
                break;
            case < 8:
                _ledger.Prepare(campaign, Amount());
                break;
            case < 55:
                for (int i = _random.Next(1, 12); i > 0; i--) Reserve(campaign);
                break;
            case < 85:
                if (_reservations.Count > 0) Send(_reservations[_random.Next(_reservations.Count)]);
                break;
            case < 87:
                _ledger.Commit(LedgerDurability.Fsynced);
                _model.Synced();
                break;
            case < 95:
                _clock.Move(_random.Next(4) == 0 ? -_random.Next(1000) : _random.Next(20));
                _ledger.Maintain();
                _model.Synced();
                break;
            case < 97:
                LeaseState[] leases = _ledger.OpenLeases(campaign);
                if (leases.Length > 0) _ledger.CloseLease(campaign, leases[_random.Next(leases.Length)].Lease);
                break;
            case 97:
                _ledger.Compact();
                break;
            default:
                foreach (LeaseState lease in _ledger.OpenLeases(campaign)) _model.Check(campaign, lease);
                _model.Check(_ledger.State(campaign));
                break;
        }
    }

    private void SetBudget(uint campaign)
    {
        long before = _budgets.TryGetValue(campaign, out (long Sure, long Tried) budget) ? budget.Sure : -1, micros = _random.Next(100, 60_000);
        _budgets[campaign] = (before, micros);
        try
        {
            _ledger.SetBudget(campaign, micros);
            _budgets[campaign] = (micros, micros);
        }
        catch (LedgerException) when (!_ledger.IsStopped) // below what is handed out
        {
            _budgets[campaign] = (before, before);
        }
    }

    private void Reserve(uint campaign)
    {
        long micros = Amount();
        if (_ledger.TryReserve(campaign, micros, out ReservationId id)) _reservations.Add(_model.Issue(campaign, id, micros));
    }

    private void Send(LedgerModel.Reservation reservation)
    {
        bool settles = _random.Next(4) != 0;
        var durability = (LedgerDurability)_random.Next(3);
        bool wasOpen = _ledger.OpenLeases(reservation.Campaign).Any(lease => lease.Lease == reservation.Id.Lease);
        _model.Try(reservation, settles ? EventOutcome.Settled : EventOutcome.Released);
        EventOutcome outcome = settles ? _ledger.Settle(reservation.Id, durability) : _ledger.Release(reservation.Id, durability);
        if (wasOpen == (outcome == EventOutcome.Late))
            throw new CrashViolation($"{outcome} of {reservation.Id}, whose lease was {(wasOpen ? "open" : "closed")}");
        _model.Answer(reservation, outcome, durability == LedgerDurability.Fsynced);
    }

    private long Amount() => _random.Next(3) switch { 0 => 7, 1 => 100, _ => 450 };

    // Everybody sends again what was not acknowledged, or all of it; then all leases close.
    private void End()
    {
        Open();
        foreach (LedgerModel.Reservation reservation in _reservations)
        {
            if (_random.Next(2) == 0) Send(reservation);
        }
        for (int pass = 0; pass < 3; pass++)
        {
            _clock.Move(100);
            _ledger.Maintain();
        }
        foreach (uint campaign in _ledger.Campaigns())
        {
            BudgetState state = _ledger.State(campaign);
            _model.Check(state);
            if (_options.ForfeitRecoveredLeases) _model.CheckForfeited(state);
            bool isClosed = state is { OpenLeases: 0, RestMicros: 0, ReservedMicros: 0 } || _ledger.OpenLeases(campaign).All(lease => lease.Spendable);
            if (!isClosed) throw new CrashViolation($"leases do not close: {state}");
        }
        _ledger.Dispose();
        foreach (JournalBudget file in JournalReader.Read(_files.Contents()).Values) _model.Check(file, null);
    }
}
