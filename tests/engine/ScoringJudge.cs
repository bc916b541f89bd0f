namespace Rubato.Tests;

/// <summary>The promotion score once more, written from docs/SCORING.md without looking at the engine: plain double, one track at a time.</summary>
internal sealed class ScoringJudge(EngineWorld world)
{
    public readonly record struct Verdict(double Score, uint Campaign, double[] Terms);

    public double Relevance(float[] listener, int row)
    {
        var sums = new double[8];
        for (int c = 0; c < listener.Length; c++) sums[c % 8] += (double)listener[c] * world.Vectors[(row * EngineWorld.Dimension) + c];
        float similarity = (float)(((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])));
        return 1 / (1 + Math.Exp(-((world.Options.RelevanceSlope * similarity) + world.Options.RelevanceOffset)));
    }

    public Verdict Score(float[] listener, int row, string market, uint cohort)
    {
        double relevance = Relevance(listener, row), weighted = world.Options.RelevanceWeight * relevance;
        Verdict? best = null;
        foreach (PlainCampaign campaign in Promoting(row, market))
        {
            double floor = world.Cohorts.FirstOrDefault(entry => entry.Id == cohort).Floor;
            double[] terms =
            [
                weighted,
                world.Options.PromotionWeight * relevance * campaign.ValueMicros / 1e6,
                -campaign.SpendMicros / 1e6 * Price(world.Prices.CampaignIds, world.Prices.Budget, campaign.Id),
                Price(world.Prices.CampaignIds, world.Prices.Promise, campaign.Id),
                -Price(world.Prices.LicensorIds, world.Prices.Licensor, campaign.Licensor),
                (relevance - floor) * Price(world.Prices.CohortIds, world.Prices.Cohort, cohort),
            ];
            if (best is null || terms.Sum() > best.Value.Score) best = new Verdict(terms.Sum(), campaign.Id, terms);
        }
        return best ?? new Verdict(weighted, 0, [weighted, 0, 0, 0, 0, 0]);
    }

    /// <summary>Whether a campaign that promotes the track may run.</summary>
    public bool IsPromoted(int row, string market) => Promoting(row, market).Any();

    /// <summary>Why the listener may not be given a track, or None.</summary>
    public BlockReason Blocked(int row, string market, bool excludeExplicit, uint[] denied)
    {
        if (market.Length > 0 && world.TrackMarkets[row] is { } markets && !markets.Contains(market)) return BlockReason.Market;
        if (excludeExplicit && world.Explicit[row]) return BlockReason.Explicit;
        return denied.Contains(world.TrackLicensors[row]) ? BlockReason.LicensorDenied : BlockReason.None;
    }

    private IEnumerable<PlainCampaign> Promoting(int row, string market) => world.Campaigns.Where(campaign => campaign.Tracks.Contains(world.TrackIds[row])
        && EngineWorld.Now >= campaign.Start && EngineWorld.Now < campaign.End && (campaign.Markets.Length == 0 || campaign.Markets.Contains(market)));

    private static double Price(ReadOnlySpan<uint> ids, ReadOnlySpan<double> prices, uint id)
    {
        int index = ids.IndexOf(id);
        return index < 0 ? 0 : prices[index];
    }
}
