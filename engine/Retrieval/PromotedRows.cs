namespace Rubato;

/// <summary>Which rows are promoted to a listener: those of the campaigns that may run for the request at the instant of the batch, and can give.</summary>
/// <param name="live">the campaigns</param> <param name="nowTicks">the instant, UTC ticks</param>
internal readonly struct PromotedRows(LiveCampaigns live, long nowTicks)
{
    /// <summary>Whether there are campaigns at all.</summary>
    public bool Any => live.Book.Campaigns.Count > 0;

    /// <summary>Writes the bitmap of the promoted rows that a request's filters leave.</summary>
    /// <param name="request">its market, listener and filters</param> <param name="allowed">[words] the rows that its filters leave; empty = all</param>
    /// <param name="promoted">[words], overwritten</param>
    public void Fill(in RequestRow request, ReadOnlySpan<ulong> allowed, Span<ulong> promoted)
    {
        promoted.Clear();
        for (int campaign = 0; campaign < live.Book.Campaigns.Count; campaign++)
            if (CanGive(campaign, request)) live.Book.Campaigns.Mark(campaign, promoted);
        for (int word = 0; word < allowed.Length; word++) promoted[word] &= allowed[word];
    }

    private bool CanGive(int campaign, in RequestRow request) =>
        live.Book.Obstacle(campaign, nowTicks, request.Market) == BlockReason.None && !live.IsOut(campaign, request.ListenerId, nowTicks);
}
