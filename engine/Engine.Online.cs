namespace Rubato;

public sealed partial class Engine
{
    private const int MaintenanceMillisMax = 1000; // how late a new day's budgets may be

    private readonly OnlineAllocation? _online;
    private readonly Lock _updateLock = new();
    private LiveCampaigns _live;
    private Timer? _timer;

    /// <summary>The ledger that slates are paid from; null = they cost nothing.</summary>
    public BudgetLedger? Ledger => _online?.Ledger;

    /// <summary>Number of the campaigns in use, counted from 1 with every update.</summary>
    public long CampaignsGeneration => Live.Number;

    /// <summary>The signals that pacing gives now; null without ledger or pacing.</summary>
    public PacingController? Pacing => Live.Pacing;

    /// <summary>Why the last maintenance failed, in one line; null after one that did not.</summary>
    public string? MaintenanceFailure { get; private set; }

    internal LiveCampaigns Live => Volatile.Read(ref _live);

    /// <summary>Slots that a campaign was given since the engine was opened, released ones included; 0 without a ledger.</summary>
    /// <param name="campaign">index in <see cref="Campaigns"/></param>
    /// <exception cref="IndexOutOfRangeException">There is no such campaign.</exception>
    public long Deliveries(int campaign) => Live.Delivered(campaign);

    /// <summary>Replaces all campaigns, at once and as a whole; running batches end with those that they began with.</summary>
    /// <param name="json">the contents of a campaigns file</param> <param name="source">where it comes from, for messages</param>
    /// <returns>the generation of the new campaigns</returns>
    /// <exception cref="DataFileException">A field is wrong, or a budget is below what is spent: the campaigns are as they were.</exception>
    public long ReplaceCampaigns(ReadOnlyMemory<byte> json, string source) => Replace(() => CampaignFile.Parse(json, source, Catalogue), source);

    /// <summary>Reads the campaigns file again.</summary>
    /// <returns>the generation of the new campaigns</returns>
    /// <exception cref="DataFileException">The file cannot be used: the campaigns are as they were.</exception>
    /// <exception cref="InvalidOperationException">The engine was opened without a campaigns file.</exception>
    public long ReloadCampaigns()
    {
        string path = Options.CampaignsPath ?? throw new InvalidOperationException("no campaigns file was given");
        return Replace(() => CampaignFile.Read(path, Catalogue), path);
    }

    /// <summary>Takes the exposure event of a delivery: settles or releases what was reserved. The same event again changes nothing.</summary>
    /// <param name="id">of the slate's entry</param> <param name="track">the track that was streamed</param>
    /// <param name="seconds">for how long, not negative; below <see cref="EngineOptions.ExposureSecondsMin"/> the reservation is released</param>
    /// <param name="durability">what must have happened before this returns; batches take None and <see cref="BudgetLedger.Commit"/> at their end</param>
    /// <exception cref="InvalidOperationException">The engine has no ledger.</exception>
    /// <exception cref="LedgerException">The ledger has stopped: the event is not acknowledged.</exception>
    public ExposureOutcome Expose(ReservationId id, long track, double seconds, LedgerDurability durability)
    {
        BudgetLedger ledger = Ledger ?? throw new InvalidOperationException("the engine has no ledger");
        if (!(seconds >= 0 && double.IsFinite(seconds))) return ExposureOutcome.BadSeconds;
        CampaignSet campaigns = Campaigns;
        int index = ledger.TryCampaignOf(id, out uint campaign) ? campaigns.IndexOf(campaign) : -1;
        if (index >= 0 && !Promotes(campaigns, index, track)) return ExposureOutcome.WrongTrack;
        return (ExposureOutcome)(seconds >= Options.ExposureSecondsMin ? ledger.Settle(id, durability) : ledger.Release(id, durability));
    }

    /// <summary>Gives back what was reserved for a request whose answer nobody will see.</summary>
    /// <exception cref="LedgerException">The ledger has stopped.</exception>
    public void Withdraw(ResponseBatch responses, int request)
    {
        foreach (ReservationId id in responses.Reservations(request))
            if (id != default) Ledger!.Release(id, LedgerDurability.None);
    }

    /// <summary>Does what falls due with time: a new day's budgets, the next interval of pacing, and the ledger's own work where it has no thread.</summary>
    /// <exception cref="DataFileException">The disk failed.</exception>
    public void Maintain()
    {
        lock (_updateLock) _online?.Maintain(Live);
    }

    private bool Promotes(CampaignSet campaigns, int campaign, long track)
    {
        int row = Catalogue.RowOf(track);
        return row >= 0 && campaigns.OfRow(row).Contains(campaign);
    }

    private long Replace(Func<CampaignSet> read, string source)
    {
        CampaignSet campaigns = read();
        lock (_updateLock)
        {
            LiveCampaigns live = Make(campaigns, _live.Book.Prices, source, _live);
            Volatile.Write(ref _live, live);
            return live.Number;
        }
    }

    private LiveCampaigns Make(CampaignSet campaigns, PriceSet? prices, string source, LiveCampaigns? previous)
    {
        long number = (previous?.Number ?? 0) + 1;
        return _online is not null ? _online.Make(number, campaigns, prices, source, previous)
            : new LiveCampaigns(number, new PriceBook(campaigns, prices, Options.RelevanceWeight, Options.PromotionWeight), pacing: null, supplies: null, previous);
    }

    private void StartMaintenance()
    {
        if (_online is null || !Options.Background) return;
        int millis = Math.Min(MaintenanceMillisMax, Options.Pacing?.IntervalMillis ?? MaintenanceMillisMax);
        _timer = new Timer(static engine => ((Engine)engine!).TryMaintain(), this, millis, millis);
    }

    private void StopMaintenance()
    {
        if (_timer is null) return;
        using var ended = new ManualResetEvent(false);
        if (_timer.Dispose(ended)) ended.WaitOne();
    }

    private void TryMaintain()
    {
        if (!_updateLock.TryEnter()) return; // an update, or the pass before, is at work: the next pass does what is due
        try
        {
            _online!.Maintain(Live);
            MaintenanceFailure = null;
        }
        catch (Exception failure)
        {
            MaintenanceFailure = failure.Message; // whoever watches the engine tells people; the next pass tries again
        }
        finally
        {
            _updateLock.Exit();
        }
    }
}
