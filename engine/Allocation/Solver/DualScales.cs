namespace Rubato;

/// <summary>What counts as a large price: the value of a delivery divided by what it uses of the constraint.</summary>
/// <remarks>Steps are bounded, and constraints without curvature damped, in these units; no result depends on them.</remarks>
internal sealed class DualScales
{
    public DualScales(AllocationProblem problem, DualRows rows)
    {
        AllocationColumns columns = problem.Columns;
        double[] spend = new double[problem.CampaignCount];
        long[] edges = new long[problem.CampaignCount];
        double margin = 0;
        for (int listener = 0; listener < problem.ListenerCount; listener++)
        {
            float best = 0;
            for (long e = columns.Starts[listener]; e < columns.Starts[listener + 1]; e++)
            {
                best = Math.Max(best, Math.Abs(columns.Values[e]));
                int campaign = columns.Campaigns[e];
                spend[campaign] += columns.Spends[e];
                edges[campaign]++;
            }
            Value += best;
        }
        foreach (float q in problem.Edges.Margins) margin += Math.Abs(q);
        Value /= problem.ListenerCount;
        if (Value == 0) Value = Math.Max(problem.Penalties.Max(), 1e-30); // only promises matter, or nothing at all
        Prices = new double[rows.Count];
        Array.Fill(Prices, Value);
        for (int j = 0; j < problem.CampaignCount; j++)
            if (rows.Prices.Budget[j] >= 0 && spend[j] > 0) Prices[rows.Prices.Budget[j]] = Value / (spend[j] / edges[j]);
        foreach (int row in rows.Prices.Cohort) if (row >= 0 && margin > 0) Prices[row] = Value / (margin / problem.EdgeCount);
    }

    /// <summary>Mean over the listeners of their largest value; above 0.</summary>
    public double Value { get; }

    /// <summary>[rows] a large price.</summary>
    public double[] Prices { get; }
}
