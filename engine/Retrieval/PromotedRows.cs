namespace Rubato;

/// <summary>
/// Which rows are promoted to a listener: those of the campaigns that may run for the request at the instant of the batch, and can give. One per lane.
/// </summary>
/// <remarks>
/// Marking the rows of all campaigns for every request took longer than the search where many tracks are promoted. But from one request of a market to
/// the next few campaigns begin, end or run out of money, and few are at one listener's cap. So the bitmap of a market is kept, and only the rows of
/// campaigns that have changed are set or cleared.
/// </remarks>
/// <param name="words">of a bitmap: ⌈rows of the catalogue ÷ 64⌉</param>
internal sealed class PromotedRows(int words)
{
    /// <summary>Markets that are kept; the one that was not asked for longest gives way. As many bitmaps, 4 MB of a million rows.</summary>
    private const int MarketsMax = 32;

    private readonly List<PromotedMarket> _markets = []; // the last asked for first
    private LiveCampaigns? _live;
    private bool[] _gives = []; // [campaigns]
    private long _nowTicks;

    /// <summary>Whether there are campaigns at all.</summary>
    public bool Any => _live?.Book.Campaigns.Count > 0;

    /// <summary>Begins a batch.</summary>
    /// <param name="live">the campaigns</param> <param name="nowTicks">the instant, UTC ticks</param>
    public void Begin(LiveCampaigns live, long nowTicks)
    {
        _nowTicks = nowTicks;
        if (live == _live) return;
        _live = live;
        _gives = new bool[live.Book.Campaigns.Count];
        _markets.Clear();
    }

    /// <summary>Writes the bitmap of the promoted rows that a request's filters leave.</summary>
    /// <param name="request">its market, listener and filters</param> <param name="allowed">[words] the rows that its filters leave; empty = all</param>
    /// <param name="promoted">[words], overwritten</param>
    public void Fill(in RequestRow request, ReadOnlySpan<ulong> allowed, Span<ulong> promoted)
    {
        LiveCampaigns live = _live!;
        PromotedMarket market = Of(request.Market);
        for (int campaign = 0; campaign < _gives.Length; campaign++)
            _gives[campaign] = live.Book.Obstacle(campaign, _nowTicks, request.Market) == BlockReason.None && !live.IsOut(campaign);
        Turn(live.Book.Campaigns, market.Gives, _gives, market.Rows);
        _gives.CopyTo(market.Gives);

        market.Rows.CopyTo(promoted);
        for (int campaign = 0; campaign < _gives.Length; campaign++)
            if (_gives[campaign] && live.IsCapped(campaign, request.ListenerId, _nowTicks)) _gives[campaign] = false;
        Turn(live.Book.Campaigns, market.Gives, _gives, promoted);
        for (int word = 0; word < allowed.Length; word++) promoted[word] &= allowed[word];
    }

    /// <summary>Turns the rows that some campaigns promote into those that others do.</summary>
    private static void Turn(CampaignSet campaigns, ReadOnlySpan<bool> from, ReadOnlySpan<bool> to, Span<ulong> rows)
    {
        if (to.SequenceEqual(from)) return;
        int gone = 0;
        for (int campaign = 0; campaign < to.Length; campaign++)
            if (from[campaign] && !to[campaign]) gone++;
        bool anew = gone > to.Count(true); // then clearing the rows of so many takes longer
        if (anew) rows.Clear();
        for (int campaign = 0; campaign < to.Length; campaign++)
        {
            if (to[campaign] && (anew || !from[campaign])) campaigns.Mark(campaign, rows);
            else if (from[campaign] && !to[campaign] && !anew) campaigns.Unmark(campaign, to, rows);
        }
    }

    private PromotedMarket Of(Market market)
    {
        int at = 0;
        while (at < _markets.Count && _markets[at].Market != market) at++;
        PromotedMarket found;
        if (at < _markets.Count)
        {
            found = _markets[at];
        }
        else
        {
            if (at < MarketsMax) _markets.Add(new PromotedMarket(_gives.Length, words));
            else at--;
            found = _markets[at];
            found.Start(market);
        }
        for (; at > 0; at--) _markets[at] = _markets[at - 1];
        return _markets[0] = found;
    }
}
