namespace Rubato;

/// <summary>Why a candidate has no campaign (below 16) or may not be given at all (16 and above; its score is −∞). The numbers are stable.</summary>
/// <remarks>Of several reasons the highest is reported: the last obstacle in the order of the checks.</remarks>
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

    /// <summary>The track's licensor is among the denied ones.</summary>
    LicensorDenied = 16,

    /// <summary>The track is explicit, and explicit tracks are held back.</summary>
    Explicit = 17,

    /// <summary>The track is not licensed in the listener's market.</summary>
    Market = 18,
}
