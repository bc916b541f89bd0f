namespace Rubato;

/// <summary>Prices of a solve as the price folder that serving reads, and back for a warm start.</summary>
public static class AllocationPriceFolder
{
    /// <summary>Writes prices whose campaigns, licensors and cohorts are known by their numbers in the problem: their ids are those plus 1.</summary>
    /// <param name="folder">replaced where it exists; the generation counts on from the one found there</param>
    /// <param name="prices">from a solve</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(string folder, AllocationPrices prices)
        => Write(folder, prices, Numbers(prices.Budget.Length), Numbers(prices.Licensor.Length), Numbers(prices.Cohort.Length));

    /// <summary>Writes prices under the ids that serving knows.</summary>
    /// <param name="folder">replaced where it exists; the generation counts on from the one found there</param>
    /// <param name="prices">from a solve</param>
    /// <param name="campaigns">[campaigns] ids, each at least 1 and once</param>
    /// <param name="licensors">[licensors] ids</param> <param name="cohorts">[cohorts] ids</param>
    /// <exception cref="ArgumentException">The ids do not fit the prices.</exception>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(string folder, AllocationPrices prices, uint[] campaigns, uint[] licensors, uint[] cohorts)
    {
        long generation = File.Exists(Path.Combine(folder, "prices.json")) ? PriceFolder.Read(folder).Generation + 1 : 1;
        PriceFolder.Write(folder, new PriceSet
        {
            Generation = generation,
            Created = DateTimeOffset.UtcNow,
            CampaignIds = campaigns,
            LicensorIds = licensors,
            CohortIds = cohorts,
            Budget = Bounded(prices.Budget),
            Promise = prices.Promise.Length > 0 ? Bounded(prices.Promise) : new double[campaigns.Length],
            Licensor = Bounded(prices.Licensor),
            Cohort = Bounded(prices.Cohort),
        });
    }

    /// <summary>Reads prices to start a solve of this problem from.</summary>
    /// <exception cref="DataFileException">A file is missing or damaged, or the prices belong to a problem of another shape.</exception>
    public static AllocationPrices Read(string folder, AllocationProblem problem)
    {
        PriceSet set = PriceFolder.Read(folder);
        Require("price-budget", set.Budget.Length, problem.CampaignCount);
        Require("price-licensor", set.Licensor.Length, problem.LicensorCount);
        Require("price-cohort", set.Cohort.Length, problem.CohortCount);
        return new AllocationPrices(set.Budget, problem.Columns.Promised.Length > 0 ? set.Promise : [], set.Licensor, set.Cohort);

        void Require(string name, int length, int expected)
        {
            if (length != expected)
                throw new AllocationProblemException(Path.Combine(folder, name + ".npy"), $"{length} prices (expected {expected}, as many as the problem has)");
        }
    }

    private static uint[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(number => (uint)number)];

    // Serving takes prices up to a limit at which a campaign is out of the question anyway.
    private static double[] Bounded(double[] prices) => Array.ConvertAll(prices, price => Math.Min(price, PriceSet.PriceMax));
}
