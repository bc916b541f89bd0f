using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>A seeded allocation problem with all that a pass knows: floors, promises, no edges or many, slots for a few or for all of them.</summary>
internal static class RichAllocation
{
    private const int DegreeMax = 60, SlotsMax = 12, Cohorts = 5;

    /// <summary>Nearly all fractional, as when a solve begins; some; next to none.</summary>
    public static readonly double[] Smoothings = [1, 0.05, 1e-4];

    /// <param name="listeners">at least 1</param>
    /// <param name="campaigns">at least 1</param>
    public static EdgeSlices Edges(int listeners, int campaigns)
    {
        var random = new Random(20_261_122);
        var starts = new List<long> { 0 };
        var edges = new List<int>();
        for (int listener = 0; listener < listeners; listener++)
        {
            double share = random.NextDouble() * DegreeMax / campaigns;
            for (int campaign = 0; campaign < campaigns; campaign++) if (random.NextDouble() < share) edges.Add(campaign);
            starts.Add(edges.Count);
        }
        var columns = new EdgeColumns
        {
            Starts = [.. starts], Campaigns = [.. edges], Values = Some(0), Spends = Some(0), Margins = Some(-0.5f), Slots = new int[listeners], Cohorts = new int[listeners],
        };
        for (int listener = 0; listener < listeners; listener++)
            (columns.Slots[listener], columns.Cohorts[listener]) = (random.Next(SlotsMax + 1), random.Next(-1, Cohorts));
        return EdgeSlicesBuilder.Build(columns, new CampaignGate[campaigns], Cohorts, Environment.ProcessorCount);

        float[] Some(float from)
        {
            float[] values = new float[edges.Count];
            for (int e = 0; e < values.Length; e++) values[e] = from + random.NextSingle();
            return values;
        }
    }

    /// <summary>Prices of all kinds.</summary>
    public static OraclePrices Prices(EdgeSlices edges, double smoothing)
    {
        var random = new Random(20_261_123);
        var prices = new OraclePrices(edges.CampaignCount, edges.CohortCount) { Smoothing = smoothing };
        for (int j = 0; j < edges.CampaignCount; j++) (prices.Budget[j], prices.Offset[j]) = (random.NextDouble(), random.NextDouble() - 0.5);
        for (int h = 0; h < edges.CohortCount; h++) prices.Cohort[h] = random.NextDouble();
        prices.Round();
        return prices;
    }
}
