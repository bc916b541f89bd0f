namespace Rubato;

/// <summary>What one lane counts per campaign. Only the lane writes; others read while it does, and may read a moment behind.</summary>
internal sealed class CampaignTally(int campaigns)
{
    private readonly long[] _delivered = new long[campaigns];

    /// <summary>[campaigns] slots given.</summary>
    public Span<long> Delivered => _delivered;
}
