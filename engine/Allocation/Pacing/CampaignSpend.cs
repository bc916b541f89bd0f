namespace Rubato;

/// <summary>What a campaign has spent and delivered in its life, as its ledger and the request path count it.</summary>
/// <param name="SpentMicros">reserved + settled, micro-units</param>
/// <param name="Delivered">deliveries reserved or settled</param>
public readonly record struct CampaignSpend(long SpentMicros, long Delivered)
{
    /// <summary>What of <see cref="SpentMicros"/> the day's limit does not count, because it was spent before today (UTC); null = not on record.</summary>
    public long? SpentBeforeTodayMicros { get; init; }
}
