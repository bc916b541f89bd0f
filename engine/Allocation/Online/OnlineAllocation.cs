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
    /// <exception cref="DataFileException">
    /// A budget is below what is spent, there are too many windows or amounts, or, at first, the clock is far behind the day of the budgets: nothing has changed.
    /// </exception>
    public LiveCampaigns Make(long number, CampaignSet campaigns, PriceSet? prices, string source, LiveCampaigns? previous)
    {
        Dictionary<int, FrequencyCounter> counters = _windows.For(campaigns, source);
        if (previous is null) _daily.RequireClock(Today());
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
    /// <exception cref="DataFileException">The disk failed, or the clock is far behind the day of the budgets.</exception>
    public void Maintain(LiveCampaigns live)
    {
        if (!_options.Background) Ledger.Maintain();
        DateTimeOffset now = _options.Clock.GetUtcNow();
        if (Today() > _daily.Day) SetBudgets(live.Book.Campaigns);
        if (live.Pacing is not null && Math.Abs((now - _pacedAt).TotalMilliseconds) >= _options.Pacing!.IntervalMillis) Pace(live); // the clock may jump back
        _daily.RequireClock(Today()); // last: what can be done is done, also by a wrong clock
    }

    public void Dispose()
    {
        if (_ownsLedger) Ledger.Dispose();
    }

    private DateOnly Today() => DateOnly.FromDateTime(_options.Clock.GetUtcNow().UtcDateTime);

    private BudgetAccount[] SetBudgets(CampaignSet campaigns)
    {
        DateTime now = _options.Clock.GetUtcNow().UtcDateTime;
        HashSet<uint> known = [.. Ledger.Campaigns()];
        DailyRelease release = _daily.Plan(campaigns, DateOnly.FromDateTime(now), campaign => known.Contains(campaign) ? Ledger.State(campaign).SettledMicros : 0);
        var limits = new BudgetLimit[campaigns.Count];
        for (int i = 0; i < limits.Length; i++)
        {
            Campaign campaign = campaigns.Campaigns[i];
            limits[i] = new BudgetLimit(campaign.Id, campaign.BudgetMicros, release.MicrosOf(campaign), campaign.End > now ? campaign.SpendMicros : 0);
        }
        BudgetAccount[] accounts = Ledger.SetBudgets(limits, () => _daily.Write(release)); // a refusal must not use up the day
        _daily.Keep(release);
        return accounts;
    }

    private void Pace(LiveCampaigns live)
    {
        if (live.Pacing is null) return;
        _pacedAt = _options.Clock.GetUtcNow();
        var today = DateOnly.FromDateTime(_pacedAt.UtcDateTime);
        ReadOnlySpan<Campaign> campaigns = live.Book.Campaigns.Campaigns;
        if (_spends.Length != campaigns.Length) _spends = new CampaignSpend[campaigns.Length];
        for (int i = 0; i < campaigns.Length; i++)
        {
            BudgetState state = Ledger.State(campaigns[i].Id);
            long spent = state.ReservedMicros + state.SettledMicros;
            long delivered = campaigns[i].SpendMicros == 0 ? live.Delivered(i) : spent / campaigns[i].SpendMicros;
            _spends[i] = new CampaignSpend(spent, delivered) { SpentBeforeTodayMicros = _daily.SettledBefore(campaigns[i].Id, today) };
        }
        live.Pacing.Update(_pacedAt, _spends);
    }
}
