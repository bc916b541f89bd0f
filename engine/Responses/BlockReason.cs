namespace Rubato;

/// <summary>
/// Why a candidate has no campaign (below 16), may not be given at all (16 to 31; its score is −∞), or lost its slot (32 and above). The numbers are
/// stable.
/// </summary>
/// <remarks>
/// Of several reasons below 32 the highest is reported: the last obstacle in the order of the checks. Reasons from 32 on are given to losers that
/// nothing else was in the way of, where a RECOMMEND request asks for an explanation.
/// </remarks>
public enum BlockReason : byte
{
    /// <summary>Nothing is in the way: a campaign was chosen.</summary>
    None = 0,

    /// <summary>No campaign promotes the track.</summary>
    NoCampaign = 1,

    /// <summary>The campaigns of the track have not begun or have ended.</summary>
    CampaignDates = 2,

    /// <summary>The running campaigns of the track are limited to other markets.</summary>
    CampaignMarket = 3,

    /// <summary>Allocation: the prices of the track's campaigns are above what they bring, or pacing holds them back from this request.</summary>
    Pacing = 4,

    /// <summary>Allocation: the listener has had as many deliveries of the track's campaigns as their frequency caps allow.</summary>
    FrequencyCap = 5,

    /// <summary>Allocation: the budgets of the track's campaigns, today's parts of them, or their open leases cannot pay a delivery.</summary>
    Budget = 6,

    /// <summary>The track's licensor is among the denied ones.</summary>
    LicensorDenied = 16,

    /// <summary>The track is explicit, and explicit tracks are held back.</summary>
    Explicit = 17,

    /// <summary>The track is not licensed in the listener's market.</summary>
    Market = 18,

    /// <summary>Lost: better tracks of the same licensor fill all slots that a licensor may have.</summary>
    LicensorSlots = 32,

    /// <summary>Lost: with this track the slate would fall short of the organic one by more relevance than ε.</summary>
    QualityFloor = 33,

    /// <summary>Lost: better scores fill the slots.</summary>
    Outranked = 34,
}
