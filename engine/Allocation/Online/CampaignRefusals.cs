namespace Rubato;

/// <summary>Campaigns that could not give a delivery to the request at hand; forgets in one step.</summary>
internal sealed class CampaignRefusals
{
    private uint[] _requests = [];
    private BlockReason[] _reasons = [];
    private uint _request;

    /// <summary>Begins a request.</summary>
    public void Begin(int campaigns)
    {
        if (_requests.Length < campaigns) (_requests, _reasons) = (new uint[campaigns], new BlockReason[campaigns]); // after a live update only
        if (++_request != 0) return;
        Array.Clear(_requests); // after 2³² requests the marks of old ones would look new
        _request = 1;
    }

    /// <summary>Why the campaign is out, or None.</summary>
    public BlockReason Of(int campaign) => _requests[campaign] == _request ? _reasons[campaign] : BlockReason.None;

    public void Set(int campaign, BlockReason reason) => (_requests[campaign], _reasons[campaign]) = (_request, reason);
}
