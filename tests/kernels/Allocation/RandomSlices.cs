using Rubato.Kernels.Allocation;

namespace Rubato.Tests;

/// <summary>Seeded edges, prices and rows for the oracle's tests.</summary>
internal static class RandomSlices
{
    public static EdgeColumns Columns(int seed, int listeners, int campaigns, bool floors, int slotsMax)
    {
        var random = new Random(seed);
        var starts = new List<long> { 0 };
        var campaign = new List<int>();
        for (int i = 0; i < listeners; i++)
        {
            double share = random.NextDouble();
            for (int j = 0; j < campaigns; j++) if (random.NextDouble() < share) campaign.Add(j);
            starts.Add(campaign.Count);
        }
        float[] Make(int count, Func<float> make) => [.. Enumerable.Range(0, count).Select(_ => make())];
        return new EdgeColumns
        {
            Starts = [.. starts], Campaigns = [.. campaign],
            Values = Make(campaign.Count, () => random.NextSingle()), Spends = Make(campaign.Count, () => random.NextSingle()),
            Margins = floors ? Make(campaign.Count, () => random.NextSingle() - 0.5f) : [],
            Slots = [.. Enumerable.Range(0, listeners).Select(_ => random.Next(0, slotsMax + 1))],
            Cohorts = floors ? [.. Enumerable.Range(0, listeners).Select(_ => random.Next(-1, 3))] : [],
        };
    }

    public static EdgeSlices Slices(EdgeColumns columns, int campaigns)
        => EdgeSlicesBuilder.Build(columns, new CampaignGate[campaigns], columns.Cohorts.Length > 0 ? 3 : 0, threads: 2);

    public static OraclePrices Prices(int seed, int campaigns, int cohorts, bool offsets, double smoothing)
    {
        var random = new Random(seed);
        var prices = new OraclePrices(campaigns, cohorts) { Smoothing = smoothing };
        for (int j = 0; j < campaigns; j++)
        {
            prices.Budget[j] = random.NextDouble();
            if (offsets) prices.Offset[j] = random.NextDouble() - 0.5;
        }
        for (int h = 0; h < cohorts; h++) prices.Cohort[h] = random.NextDouble();
        prices.Round();
        return prices;
    }

    /// <summary>Every campaign has a budget row; every second a promise; campaigns share two licensors; every cohort has a floor.</summary>
    public static PriceRows Rows(int campaigns, int cohorts)
    {
        int count = campaigns;
        int[] promise = [.. Enumerable.Range(0, campaigns).Select(j => j % 2 == 0 ? count++ : -1)];
        int licensor = count, floor = count + 2;
        return new PriceRows
        {
            Budget = [.. Enumerable.Range(0, campaigns)],
            Promise = promise,
            Licensor = [.. Enumerable.Range(0, campaigns).Select(j => j % 3 == 0 ? -1 : licensor + j % 2)],
            Cohort = [.. Enumerable.Range(0, cohorts).Select(h => floor + h), -1],
            Count = floor + cohorts,
        };
    }
}
