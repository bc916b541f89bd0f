namespace Rubato;

/// <summary>Owns the pacing of one campaign set: is fed with what was spent, asks its policy, and publishes the signals of the next interval.</summary>
/// <remarks>One thread feeds it; any number of threads read <see cref="Signals"/>.</remarks>
public sealed class PacingController
{
    private const double MicrosPerUnit = 1e6;
    private const int BehindIntervalsMax = 60; // a clock that is adjusted catches up within a minute or so
    private readonly PacingOptions _options;
    private readonly IPacingPolicy _policy;
    private readonly PacingState[] _states;
    private readonly PacingSignal[] _policySignals; // changed in place by the policy; a copy is published
    private readonly CampaignSpend[] _before;       // at the end of the last interval
    private readonly long[] _spentAtMidnight;       // by the last midnight UTC
    private readonly bool[] _known;                 // whether both are known yet
    private PacingSignals _signals;
    private DateTime? _last;

    /// <summary>Starts from the price set's prices, or goes on where the controller of an earlier campaign set stands.</summary>
    /// <param name="campaigns">the campaigns</param>
    /// <param name="prices">the prices to start from; null = all 0</param>
    /// <param name="relevanceWeight">weight of relevance in the objective</param>
    /// <param name="promotionWeight">weight of promotional value, per currency unit</param>
    /// <param name="options">policy, interval, traffic profile</param>
    /// <param name="previous">the controller that this one replaces, which is fed no more: campaigns with the same id keep their signals; null for none</param>
    /// <exception cref="ArgumentException">No policy bears the name, or an option is out of range.</exception>
    public PacingController(CampaignSet campaigns, PriceSet? prices, double relevanceWeight, double promotionWeight, PacingOptions options,
        PacingController? previous = null)
    {
        _options = options.Validated();
        _policy = PacingPolicies.Create(options.Policy);
        Campaigns = campaigns;
        _states = new PacingState[campaigns.Count];
        _policySignals = new PacingSignal[campaigns.Count];
        _before = new CampaignSpend[campaigns.Count];
        _spentAtMidnight = new long[campaigns.Count];
        _known = new bool[campaigns.Count];
        var priceIndexes = new Dictionary<uint, int>();
        for (int i = 0; i < (prices?.CampaignIds.Length ?? 0); i++) priceIndexes.Add(prices!.CampaignIds[i], i);
        for (int i = 0; i < _states.Length; i++)
        {
            Campaign campaign = campaigns.Campaigns[i];
            bool priced = priceIndexes.TryGetValue(campaign.Id, out int at);
            _states[i] = new PacingState
            {
                Campaign = i,
                Runs = false,
                BudgetMicros = campaign.BudgetMicros,
                DailyBudgetMicros = campaign.DailyBudgetMicros,
                SpendMicros = campaign.SpendMicros,
                SpentMicros = 0,
                SpentTodayMicros = 0,
                SpentInIntervalMicros = 0,
                Promised = campaign.Promised,
                Delivered = 0,
                TargetFraction = 0,
                PlannedMicros = 0,
                PlannedNextMicros = 0,
                BaseLambda = priced ? prices!.Budget[at] : 0,
                BaseMu = priced ? prices!.Promise[at] : 0,
                WorthMax = relevanceWeight + promotionWeight * (campaign.ValueMicros / MicrosPerUnit),
            };
            _policySignals[i] = _policy.Start(_states[i]);
        }
        if (previous is not null) GoOn(previous);
        _signals = new PacingSignals(previous is null ? 0 : previous._signals.Number + 1, [.. _policySignals]);
    }

    /// <summary>The campaigns, whose indices states and signals share.</summary>
    public CampaignSet Campaigns { get; }

    /// <summary>Name of the policy.</summary>
    public string PolicyName => _policy.Name;

    /// <summary>The signals of the current interval; every update puts another object in this place.</summary>
    public PacingSignals Signals => Volatile.Read(ref _signals);

    /// <summary>[campaigns] what the policy was told at the last update; for the thread that updates.</summary>
    public ReadOnlySpan<PacingState> States => _states;

    /// <summary>Ends an interval and begins the next one. The first call, and the first for a campaign, only begins one.</summary>
    /// <param name="now">
    /// the instant; one that is not after the last one's changes nothing, so a clock that jumps back a little stops pacing until it has caught up; one
    /// that is far before it begins an interval anew
    /// </param>
    /// <param name="spends">[campaigns] in the order of the campaign set</param>
    /// <returns>whether the signals were replaced</returns>
    /// <exception cref="ArgumentException">spends has another length than the campaign set.</exception>
    public bool Update(DateTimeOffset now, ReadOnlySpan<CampaignSpend> spends)
    {
        if (spends.Length != _states.Length) throw new ArgumentException($"{spends.Length} spends for {_states.Length} campaigns", nameof(spends));
        DateTime utc = now.UtcDateTime;
        if (utc <= _last && (_last.Value - utc).TotalMilliseconds <= (double)BehindIntervalsMax * _options.IntervalMillis) return false;
        if (utc < _last) _last = null; // the clock was wrong before, or is now: nobody knows how long the interval was
        DateTime begun = _last ?? utc;
        for (int i = 0; i < _states.Length; i++) Advance(i, begun, utc, spends[i]);
        bool ended = _last is not null;
        if (ended)
        {
            TimeSpan elapsed = utc - begun;
            DateTime next = utc + elapsed;
            var tick = new PacingTick(utc, elapsed.TotalSeconds,
                _options.Traffic.Mass(begun, utc) / elapsed.TotalHours, _options.Traffic.Mass(utc, next) / elapsed.TotalHours);
            _policy.Update(tick, _states, _policySignals);
            Volatile.Write(ref _signals, new PacingSignals(_signals.Number + 1, [.. _policySignals]));
        }
        _last = utc;
        return ended;
    }

    private void Advance(int i, DateTime begun, DateTime now, CampaignSpend spend)
    {
        Campaign campaign = Campaigns.Campaigns[i];
        if (!_known[i])
        {
            // Where what was spent before today is not on record, it counts up to the curve as spent before, the rest as spent today.
            _spentAtMidnight[i] = Math.Min(spend.SpentMicros, (long)(campaign.BudgetMicros * campaign.TargetFraction(now.Date)));
            _before[i] = spend;
            _known[i] = true;
        }
        else if (now.Date > begun.Date)
        {
            _spentAtMidnight[i] = spend.SpentMicros;
        }
        if (spend.SpentBeforeTodayMicros is { } before) _spentAtMidnight[i] = before;
        long today = Math.Max(0, spend.SpentMicros - _spentAtMidnight[i]);
        long inInterval = spend.SpentMicros - _before[i].SpentMicros;
        _states[i] = _states[i] with
        {
            Runs = now >= campaign.Start && now < campaign.End,
            SpentMicros = spend.SpentMicros,
            SpentTodayMicros = today,
            SpentInIntervalMicros = inInterval,
            Delivered = spend.Delivered,
            TargetFraction = campaign.TargetFraction(now),
            PlannedMicros = Planned(campaign, begun, now, _before[i].SpentMicros, today - inInterval),
            PlannedNextMicros = Planned(campaign, now, now + (now - begun), spend.SpentMicros, today),
        };
        _before[i] = spend;
    }

    /// <summary>What is left, times the share of the remaining curve; no more than the day's limit allows by the same rule.</summary>
    private static double Planned(Campaign campaign, DateTime from, DateTime until, long spentMicros, long spentTodayMicros)
    {
        DateTime start = campaign.Start > from ? campaign.Start : from, end = campaign.End < until ? campaign.End : until;
        double mass = campaign.Curve.Mass(start, end);
        if (mass <= 0) return 0;
        double left = Math.Max(0, campaign.BudgetMicros - spentMicros) * (mass / campaign.Curve.Mass(start, campaign.End));
        if (campaign.DailyBudgetMicros == campaign.BudgetMicros) return left;
        DateTime midnight = from.Date.AddDays(1);
        double leftToday = Math.Clamp(campaign.DailyBudgetMicros - spentTodayMicros, 0, campaign.DailyBudgetMicros);
        return Math.Min(left, leftToday * Math.Min(1, mass / campaign.Curve.Mass(start, campaign.End < midnight ? campaign.End : midnight)));
    }

    private void GoOn(PacingController previous)
    {
        _last = previous._last;
        for (int i = 0; i < _states.Length; i++)
        {
            int before = previous.Campaigns.IndexOf(Campaigns.Ids[i]);
            if (before < 0 || !previous._known[before]) continue;
            (_before[i], _spentAtMidnight[i], _known[i]) = (previous._before[before], previous._spentAtMidnight[before], true);
            if (previous.PolicyName == PolicyName) _policySignals[i] = previous._policySignals[before];
        }
    }
}
