namespace Rubato.Tests;

/// <summary>Seeded small allocation problems of every shape, with the edge cases thrown in.</summary>
internal static class RandomAllocation
{
    public static AllocationProblem Problem(int seed, int listenersMax = 12, int campaignsMax = 6)
    {
        var random = new Random(seed);
        int listeners = random.Next(1, listenersMax + 1), campaigns = random.Next(1, campaignsMax + 1);
        bool ties = random.Next(4) == 0; // values and spends of few sizes: many optima
        float Value() => ties ? random.Next(1, 4) * 0.25f : random.NextSingle();
        var starts = new List<long> { 0 };
        var campaign = new List<int>();
        for (int i = 0; i < listeners; i++)
        {
            bool none = random.Next(10) == 0;
            for (int j = 0; j < campaigns; j++) if (!none && random.Next(3) > 0) campaign.Add(j);
            starts.Add(campaign.Count);
        }
        if (campaign.Count == 0)
        {
            campaign.Add(0);
            starts[^1] = 1;
        }
        int edges = campaign.Count;
        bool floors = random.Next(2) == 0, promises = random.Next(2) == 0, caps = random.Next(2) == 0;
        int licensors = random.Next(1, campaigns + 1), cohorts = random.Next(1, 3);
        T[] Make<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];
        int[] cohort = floors ? Make(listeners, () => random.Next(-1, cohorts)) : [];
        for (int h = 0; h < Math.Min(cohorts, listeners) && floors; h++) cohort[h] = h; // every cohort has a listener
        return new AllocationProblem(new AllocationColumns
        {
            Starts = [.. starts],
            Campaigns = [.. campaign],
            Values = Make(edges, () => random.Next(20) == 0 ? -Value() : Value()),
            Spends = Make(edges, () => random.Next(15) == 0 ? 0 : Value()),
            Margins = floors ? Make(edges, () => random.NextSingle() - 0.6f) : [],
            Slots = Make(listeners, () => random.Next(0, 7) switch { 0 => 0, 6 => 5, var k => (k + 1) / 2 }),
            Budgets = Make(campaigns, () => random.Next(8) switch { 0 => 0.0, 1 => double.PositiveInfinity, _ => random.NextDouble() * listeners * 0.4 }),
            Promised = promises ? Make(campaigns, () => random.Next(2) == 0 ? 0.0 : random.NextDouble() * listeners * 0.6) : [],
            Penalties = promises && random.Next(2) == 0 ? Make(campaigns, () => random.Next(5) == 0 ? 0.0 : 3 * random.NextDouble()) : [],
            Licensors = caps ? Make(campaigns, () => random.Next(licensors)) : [],
            Caps = caps ? Make(licensors, () => random.Next(8) switch { 0 => 0.0, 1 => double.PositiveInfinity, _ => random.NextDouble() * listeners }) : [],
            Cohorts = cohort,
        });
    }
}
