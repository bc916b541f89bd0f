namespace Rubato;

/// <summary>Translates between prices by family and the solver's vector of rows.</summary>
internal static class PriceVector
{
    /// <summary>Writes prices to the rows that exist, inside their bounds.</summary>
    /// <exception cref="ArgumentException">The prices belong to a problem of another shape, or one is negative or not finite.</exception>
    public static void Read(AllocationPrices prices, AllocationProblem problem, DualRows rows, Span<double> vector)
    {
        Check("budget", prices.Budget, problem.CampaignCount);
        Check("promise", prices.Promise, problem.Columns.Promised.Length);
        Check("licensor", prices.Licensor, problem.LicensorCount);
        Check("cohort", prices.Cohort, problem.CohortCount);
        for (int j = 0; j < problem.CampaignCount; j++)
        {
            if (rows.Prices.Budget[j] >= 0) vector[rows.Prices.Budget[j]] = prices.Budget[j];
            if (rows.Prices.Promise[j] >= 0) vector[rows.Prices.Promise[j]] = Math.Min(prices.Promise[j], problem.Penalties[j]);
        }
        for (int l = 0; l < rows.LicensorRow.Length; l++) if (rows.LicensorRow[l] >= 0) vector[rows.LicensorRow[l]] = prices.Licensor[l];
        for (int h = 0; h < problem.CohortCount; h++) vector[rows.Prices.Cohort[h]] = prices.Cohort[h];
    }

    /// <summary>The prices by family. A budget or cap of 0, which has no row, gets the lowest price that makes its edges worthless.</summary>
    public static AllocationPrices Write(AllocationProblem problem, DualRows rows, ReadOnlySpan<double> vector)
    {
        var prices = new AllocationPrices(new double[problem.CampaignCount], new double[problem.Columns.Promised.Length],
            new double[problem.LicensorCount], new double[problem.CohortCount]);
        for (int j = 0; j < problem.CampaignCount; j++)
        {
            if (rows.Prices.Budget[j] >= 0) prices.Budget[j] = vector[rows.Prices.Budget[j]];
            if (rows.Prices.Promise[j] >= 0) prices.Promise[j] = vector[rows.Prices.Promise[j]];
        }
        for (int l = 0; l < rows.LicensorRow.Length; l++) if (rows.LicensorRow[l] >= 0) prices.Licensor[l] = vector[rows.LicensorRow[l]];
        for (int h = 0; h < problem.CohortCount; h++) prices.Cohort[h] = vector[rows.Prices.Cohort[h]];
        return prices;
    }

    private static void Check(string family, double[] prices, int count)
    {
        if (prices.Length != count) throw new ArgumentException($"{prices.Length} {family} prices (expected {count})", nameof(prices));
        int bad = Array.FindIndex(prices, price => !(price >= 0 && double.IsFinite(price)));
        if (bad >= 0) throw new ArgumentException($"{family} price {bad} is {prices[bad]} (expected finite and at least 0)", nameof(prices));
    }
}
