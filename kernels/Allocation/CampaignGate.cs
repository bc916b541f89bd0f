namespace Rubato.Kernels.Allocation;

/// <summary>Which edges of a campaign can be used at all.</summary>
public enum CampaignGate : byte
{
    /// <summary>Every edge.</summary>
    Open,

    /// <summary>Only edges that spend nothing: the budget is 0.</summary>
    FreeEdgesOnly,

    /// <summary>None: the licensor's cap is 0.</summary>
    Closed,
}
