namespace Rubato;

/// <summary>What one lane counts per campaign. Only the lane writes; others read while it does, and may read a moment behind.</summary>
internal sealed class CampaignTally(int campaigns)
{
    private readonly long[] _considered = new long[campaigns], _delivered = new long[campaigns];
    private long _requests;

    /// <summary>[campaigns] candidates of RECOMMEND requests that the campaign was eligible for.</summary>
    public Span<long> Considered => _considered;

    /// <summary>[campaigns] slots given.</summary>
    public Span<long> Delivered => _delivered;

    /// <summary>RECOMMEND requests.</summary>
    public long Requests => Volatile.Read(ref _requests);

    public void AddRequest() => Volatile.Write(ref _requests, _requests + 1);
}
