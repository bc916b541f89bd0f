namespace Rubato;

/// <summary>What a campaign has spent and delivered in its life, as its ledger and the request path count it.</summary>
/// <param name="SpentMicros">reserved + settled, micro-units</param>
/// <param name="Delivered">deliveries reserved or settled</param>
/// <param name="Considered">times considered for a slot since the process began; only differences count</param>
public readonly record struct CampaignSpend(long SpentMicros, long Delivered, long Considered);
