namespace Rubato;

/// <summary>Scores the candidates of one request: the best reduced value over the campaigns that a track is eligible for.</summary>
internal readonly ref struct CandidateScorer
{
    private readonly PriceBook _book;
    private readonly ReadOnlySpan<CampaignTerm> _campaigns;
    private readonly ReadOnlySpan<PacingSignal> _signals; // empty without pacing

    public CandidateScorer(LiveCampaigns live, PacingSignals? pacing)
    {
        _book = live.Book;
        _campaigns = _book.Terms;
        Pacing = pacing;
        if (pacing is not null) _signals = pacing.Signals;
    }

    /// <summary>Instant of the batch, UTC ticks.</summary>
    public required long NowTicks { get; init; }

    /// <summary>The listener's market.</summary>
    public required Market Market { get; init; }

    /// <summary>κ of the listener's cohort; 0 without one.</summary>
    public required double CohortPrice { get; init; }

    /// <summary>Campaigns that cannot give to this request; null without allocation.</summary>
    public CampaignRefusals? Refusals { get; init; }

    /// <summary>A number of the request, for pacing that admits a part of them; null admits what is admitted at all.</summary>
    public ulong? Request { get; init; }

    private PacingSignals? Pacing { get; }

    /// <summary>The score of a track, rounded once to fp32.</summary>
    /// <param name="row">catalogue row</param> <param name="relevance">0 to 1</param> <param name="margin">relevance − floor; 0 without cohort</param>
    /// <param name="campaign">index of the campaign that the score stands for (of equal ones that with the lowest id), or −1</param>
    /// <param name="block">why there is no campaign</param>
    public float Score(int row, double relevance, double margin, out int campaign, out BlockReason block)
    {
        ReadOnlySpan<int> campaigns = _book.Campaigns.OfRow(row);
        campaign = -1;
        block = BlockReason.NoCampaign;
        return Rounded(campaigns.IsEmpty ? _book.RelevanceWeight * relevance // most tracks: kept short, so that it inlines
            : Best(campaigns, relevance, margin, ref campaign, ref block));
    }

    private double Best(ReadOnlySpan<int> campaigns, double relevance, double margin, ref int campaign, ref BlockReason block)
    {
        double own = _book.RelevanceWeight * relevance, best = double.NegativeInfinity;
        foreach (int candidate in campaigns)
        {
            BlockReason reason = Obstacle(candidate);
            if (reason == BlockReason.None)
            {
                double value = Terms(relevance, margin, candidate).Sum;
                if (Refusals is not null && value < own) reason = BlockReason.Pacing; // the track is worth more without it
                else if (value > best) (best, campaign) = (value, candidate);
            }
            if (reason > block) block = reason;
        }
        if (campaign < 0) return own;
        block = BlockReason.None;
        return best;
    }

    private BlockReason Obstacle(int campaign)
    {
        BlockReason obstacle = _book.Obstacle(campaign, NowTicks, Market);
        if (obstacle != BlockReason.None || Refusals is null) return obstacle;
        if (Pacing is not null && !Admits(campaign)) return BlockReason.Pacing;
        return Refusals.Of(campaign);
    }

    private bool Admits(int campaign) => Request is { } request ? Pacing!.Admits(campaign, request) : _signals[campaign].Admission > 0;

    /// <summary>The terms of a track's score with a campaign; with campaign −1 relevance alone.</summary>
    public ScoreTerms Terms(double relevance, double margin, int campaign)
    {
        double own = _book.RelevanceWeight * relevance;
        if (campaign < 0) return new ScoreTerms(own, 0, 0, 0, 0, 0);
        ref readonly CampaignTerm term = ref _campaigns[campaign];
        double budget = term.Budget, promise = term.Promise;
        if (!_signals.IsEmpty)
        {
            ref readonly PacingSignal signal = ref _signals[campaign];
            (budget, promise) = (0.0 - (term.SpendUnits * signal.Lambda), signal.Mu); // 0 − x, so that no term is −0
        }
        return new ScoreTerms(own, relevance * term.PromotionPerRelevance, budget, promise, term.Licensor, margin * CohortPrice);
    }

    private static float Rounded(double score) => (float)score + 0f; // + 0 turns −0 into 0: equal scores have equal bits
}
