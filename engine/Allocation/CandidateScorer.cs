namespace Rubato;

/// <summary>Scores the candidates of one request: the best reduced value over the campaigns that a track is eligible for.</summary>
/// <param name="book">campaigns and prices</param>
/// <param name="nowTicks">instant of the batch, UTC ticks</param>
/// <param name="market">the listener's market</param>
/// <param name="cohortPrice">κ of the listener's cohort; 0 without one</param>
internal readonly ref struct CandidateScorer(PriceBook book, long nowTicks, Market market, double cohortPrice)
{
    private readonly ReadOnlySpan<CampaignTerm> _campaigns = book.Terms;

    /// <summary>The score of a track, rounded once to fp32.</summary>
    /// <param name="row">catalogue row</param> <param name="relevance">0 to 1</param> <param name="margin">relevance − floor; 0 without cohort</param>
    /// <param name="campaign">index of the campaign that the score stands for (of equal ones that with the lowest id), or −1</param>
    /// <param name="block">why there is no campaign</param>
    public float Score(int row, double relevance, double margin, out int campaign, out BlockReason block)
    {
        ReadOnlySpan<int> campaigns = book.Campaigns.OfRow(row);
        campaign = -1;
        block = BlockReason.NoCampaign;
        return Rounded(campaigns.IsEmpty ? book.RelevanceWeight * relevance // most tracks: kept short, so that it inlines
            : Best(campaigns, relevance, margin, ref campaign, ref block));
    }

    private double Best(ReadOnlySpan<int> campaigns, double relevance, double margin, ref int campaign, ref BlockReason block)
    {
        double best = double.NegativeInfinity;
        foreach (int candidate in campaigns)
        {
            ref readonly CampaignTerm term = ref _campaigns[candidate];
            if (nowTicks < term.StartTicks || nowTicks >= term.EndTicks) block = Max(block, BlockReason.CampaignDates);
            else if (!book.Campaigns.RunsIn(candidate, market)) block = Max(block, BlockReason.CampaignMarket);
            else if (Terms(relevance, margin, candidate).Sum is double value && value > best) (best, campaign) = (value, candidate);
        }
        if (campaign < 0) return book.RelevanceWeight * relevance;
        block = BlockReason.None;
        return best;
    }

    /// <summary>The terms of a track's score with a campaign; with campaign −1 relevance alone.</summary>
    public ScoreTerms Terms(double relevance, double margin, int campaign)
    {
        double own = book.RelevanceWeight * relevance;
        if (campaign < 0) return new ScoreTerms(own, 0, 0, 0, 0, 0);
        ref readonly CampaignTerm term = ref _campaigns[campaign];
        return new ScoreTerms(own, relevance * term.PromotionPerRelevance, term.Budget, term.Promise, term.Licensor, margin * cohortPrice);
    }

    private static float Rounded(double score) => (float)score + 0f; // + 0 turns −0 into 0: equal scores have equal bits

    private static BlockReason Max(BlockReason a, BlockReason b) => a > b ? a : b;
}
