namespace Rubato;

/// <summary>Campaigns and cohorts joined with the prices of one generation and the weights of the objectives. Immutable.</summary>
/// <remarks>A campaign, licensor or cohort that the price set does not know costs nothing.</remarks>
internal sealed class PriceBook
{
    private const double MicrosPerUnit = 1e6;
    private readonly CampaignTerm[] _terms;
    private readonly double[] _cohortPrices;

    /// <param name="campaigns">the campaigns</param>
    /// <param name="prices">the prices; null = all zero</param>
    /// <param name="relevanceWeight">weight of relevance</param>
    /// <param name="promotionWeight">weight of promotional value, per currency unit</param>
    public PriceBook(CampaignSet campaigns, PriceSet? prices, double relevanceWeight, double promotionWeight)
    {
        Campaigns = campaigns;
        Prices = prices;
        RelevanceWeight = relevanceWeight;
        Generation = prices?.Generation ?? 0;
        Dictionary<uint, double> budget = ById(prices?.CampaignIds, prices?.Budget);
        Dictionary<uint, double> promise = ById(prices?.CampaignIds, prices?.Promise);
        Dictionary<uint, double> licensor = ById(prices?.LicensorIds, prices?.Licensor);
        Dictionary<uint, double> cohort = ById(prices?.CohortIds, prices?.Cohort);
        _terms = new CampaignTerm[campaigns.Count];
        for (int i = 0; i < _terms.Length; i++)
        {
            Campaign campaign = campaigns.Campaigns[i];
            _terms[i] = new CampaignTerm(
                promotionWeight * (campaign.ValueMicros / MicrosPerUnit),
                campaign.SpendMicros / MicrosPerUnit,
                0.0 - (campaign.SpendMicros / MicrosPerUnit * budget.GetValueOrDefault(campaign.Id)), // 0 − x, so that no term is −0
                promise.GetValueOrDefault(campaign.Id),
                0.0 - licensor.GetValueOrDefault(campaign.Licensor),
                campaign.Start.Ticks, campaign.End.Ticks);
        }
        _cohortPrices = new double[campaigns.Cohorts.Length];
        for (int i = 0; i < _cohortPrices.Length; i++) _cohortPrices[i] = cohort.GetValueOrDefault(campaigns.Cohorts[i].Id);
    }

    /// <summary>The campaigns, whose indices the terms share.</summary>
    public CampaignSet Campaigns { get; }

    /// <summary>The prices that the terms were made from; null = all zero.</summary>
    public PriceSet? Prices { get; }

    /// <summary>Weight of relevance.</summary>
    public double RelevanceWeight { get; }

    /// <summary>Number of the price set; 0 = none.</summary>
    public long Generation { get; }

    /// <summary>[campaigns]</summary>
    public ReadOnlySpan<CampaignTerm> Terms => _terms;

    /// <summary>κ, [cohorts], in the order of the campaign set.</summary>
    public ReadOnlySpan<double> CohortPrices => _cohortPrices;

    /// <summary>What keeps a campaign from running at an instant in a market: its dates, its markets, or nothing.</summary>
    public BlockReason Obstacle(int campaign, long nowTicks, Market market)
    {
        ref readonly CampaignTerm term = ref _terms[campaign];
        if (nowTicks < term.StartTicks || nowTicks >= term.EndTicks) return BlockReason.CampaignDates;
        return Campaigns.RunsIn(campaign, market) ? BlockReason.None : BlockReason.CampaignMarket;
    }

    private static Dictionary<uint, double> ById(uint[]? ids, double[]? prices)
    {
        var byId = new Dictionary<uint, double>();
        if (ids is null || prices is null) return byId;
        for (int i = 0; i < ids.Length; i++) byId.Add(ids[i], prices[i]);
        return byId;
    }
}
