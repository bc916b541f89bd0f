namespace Rubato;

/// <summary>Pays for the slots of one slate; a candidate whose campaign cannot pay stands for its next campaign in the same request.</summary>
/// <remarks>A campaign that refused once is out for the rest of the request, so every candidate is scored again at most once per refusal.</remarks>
/// <param name="live">the campaigns</param> <param name="scorer">the request's, without counting</param> <param name="candidates">the candidates</param>
/// <param name="listener">0 = unknown</param> <param name="columns">what is known of the candidates; changed</param> <param name="tally">counts what was given</param>
internal ref struct SlotTaker(LiveCampaigns live, CandidateScorer scorer, CandidateView candidates, ulong listener, SlateColumns columns, CampaignTally tally)
    : ISlotTaker
{
    private readonly CandidateScorer _scorer = scorer;
    private readonly CandidateView _candidates = candidates;
    private readonly SlateColumns _columns = columns;
    private SlateCounts _counts;

    /// <summary>What was given and refused.</summary>
    public readonly SlateCounts Counts => _counts;

    public bool TryTake(int candidate, out float lowered)
    {
        lowered = 0;
        _columns.Reservations[candidate] = default;
        int campaign = _columns.Campaigns[candidate];
        if (campaign < 0) return true;
        CampaignRefusals refusals = _scorer.Refusals!;
        if (refusals.Of(campaign) == BlockReason.None)
        {
            BlockReason reason = live.TryDeliver(campaign, listener, _scorer.NowTicks, out _columns.Reservations[candidate]);
            if (reason == BlockReason.None)
            {
                tally.Delivered[campaign]++;
                _counts.Deliveries++;
                if (_columns.Reservations[candidate] != default) _counts.Reservations++;
                return true;
            }
            if (reason == BlockReason.Budget) _counts.Budget++;
            else _counts.FrequencyCap++;
            refusals.Set(campaign, reason);
        }
        lowered = _scorer.Score(_candidates.Rows[candidate], _candidates.Relevance[candidate], _candidates.Margin(candidate),
            out _columns.Campaigns[candidate], out _columns.Blocks[candidate]);
        return false;
    }
}
