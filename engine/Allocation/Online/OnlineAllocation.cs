namespace Rubato;

/// <summary>Owns what makes slates cost money: the ledger, daily budgets, frequency counters and pacing; makes generations of campaigns.</summary>
/// <remarks>One caller at a time; lanes only see the <see cref="LiveCampaigns"/> that it makes.</remarks>
internal sealed class OnlineAllocation : IDisposable
{
    private const string DayFile = "released.json";
    private readonly EngineOptions _options;
    private readonly bool _ownsLedger;
    private readonly FrequencyWindows _windows;
    private readonly DailyBudgets _daily;
    private CampaignSpend[] _spends = [];
    private DateTimeOffset _pacedAt;

    /// <exception cref="LedgerException">The ledger cannot be opened.</exception>
    public OnlineAllocation(EngineOptions options)
    {
        _options = options;
        _ownsLedger = options.Ledger is null;
        _windows = new FrequencyWindows(options.FrequencyBytes);
        Ledger = options.Ledger ?? BudgetLedger.Open(options.LedgerPath!, options.LedgerOptions with { Clock = options.Clock, Background = options.Background });
        try
        {
            _daily = new DailyBudgets(_ownsLedger ? Path.Combine(options.LedgerPath!, DayFile) : null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BudgetLedger Ledger { get; }

    /// <summary>Gives campaigns their budgets and first leases, and joins them with prices, caps and pacing.</summary>
    /// <param name="number">of the generation</param> <param name="campaigns">the campaigns</param> <param name="prices">null = none</param>
    /// <param name="source">file that the campaigns stand in, for messages</param> <param name="previous">what is replaced; null at first</param>
    /// <exception cref="DataFileException">A budget is below what is spent, or there are too many windows or amounts: nothing has changed.</exception>
    public LiveCampaigns Make(long number, CampaignSet campaigns, PriceSet? prices, string source, LiveCampaigns? previous)
    {
        Dictionary<int, FrequencyCounter> counters = _windows.For(campaigns, source);
        BudgetAccount[] accounts = SetBudgets(campaigns);
        _windows.Keep(counters);
        var supplies = new CampaignSupply[campaigns.Count];
        for (int i = 0; i < supplies.Length; i++)
        {
            Campaign campaign = campaigns.Campaigns[i];
            FrequencyCap? cap = campaign.FrequencyCap;
            supplies[i] = new CampaignSupply(campaign.SpendMicros == 0 ? null : accounts[i], campaign.SpendMicros,
                cap is { } window ? counters[window.WindowSeconds] : null, cap?.Deliveries ?? 0);
        }
        var book = new PriceBook(campaigns, prices, _options.RelevanceWeight, _options.PromotionWeight);
        PacingController? pacing = _options.Pacing is { } options
            ? new PacingController(campaigns, prices, _options.RelevanceWeight, _options.PromotionWeight, options, previous?.Pacing) : null;
        var live = new LiveCampaigns(number, book, pacing, supplies, previous);
        if (previous is null) Pace(live); // begins the first interval
        return live;
    }

    /// <summary>What falls due with time: a new day's budgets, and the next interval of pacing.</summary>
    /// <exception cref="DataFileException">The disk failed.</exception>
    public void Maintain(LiveCampaigns live)
    {
        if (!_options.Background) Ledger.Maintain();
        DateTimeOffset now = _options.Clock.GetUtcNow();
        if (DateOnly.FromDateTime(now.UtcDateTime) > _daily.Day) SetBudgets(live.Book.Campaigns);
        if (live.Pacing is not null && (now - _pacedAt).TotalMilliseconds >= _options.Pacing!.IntervalMillis) Pace(live);
    }

    public void Dispose()
    {
        if (_ownsLedger) Ledger.Dispose();
    }

    private BudgetAccount[] SetBudgets(CampaignSet campaigns)
    {
        DateTime now = _options.Clock.GetUtcNow().UtcDateTime;
        DateOnly today = DateOnly.FromDateTime(now), day = today > _daily.Day ? today : _daily.Day; // a clock that jumped back releases nothing
        var amounts = new (uint, long)[campaigns.Count];
        int paying = 0;
        foreach (Campaign campaign in campaigns.Campaigns)
            if (campaign.SpendMicros > 0 && campaign.End > now) amounts[paying++] = (campaign.Id, campaign.SpendMicros);
        Ledger.RequireAmounts(amounts.AsSpan(0, paying)); // before any budget changes: all or nothing
        HashSet<uint> known = [.. Ledger.Campaigns()];
        BudgetLimit[] limits = _daily.Release(campaigns, day, campaign => known.Contains(campaign) ? Spent(campaign) : 0);
        BudgetAccount[] accounts = Ledger.SetBudgets(limits);
        Ledger.Prepare(amounts.AsSpan(0, paying));
        return accounts;
    }

    private void Pace(LiveCampaigns live)
    {
        if (live.Pacing is null) return;
        _pacedAt = _options.Clock.GetUtcNow();
        ReadOnlySpan<Campaign> campaigns = live.Book.Campaigns.Campaigns;
        if (_spends.Length != campaigns.Length) _spends = new CampaignSpend[campaigns.Length];
        for (int i = 0; i < campaigns.Length; i++)
        {
            long spent = Spent(campaigns[i].Id);
            long delivered = campaigns[i].SpendMicros == 0 ? live.Delivered(i) : spent / campaigns[i].SpendMicros;
            _spends[i] = new CampaignSpend(spent, delivered, live.Considered(i));
        }
        live.Pacing.Update(_pacedAt, _spends, live.Requests);
    }

    private long Spent(uint campaign)
    {
        BudgetState state = Ledger.State(campaign);
        return state.ReservedMicros + state.SettledMicros;
    }
}
