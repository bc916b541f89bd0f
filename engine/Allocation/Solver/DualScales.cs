namespace Rubato;

/// <summary>What counts as a large price: the value of a delivery divided by what it uses of the constraint.</summary>
/// <remarks>Steps are bounded, and constraints without curvature damped, in these units; no result depends on them.</remarks>
internal sealed class DualScales
{
    public DualScales(AllocationProblem problem, DualRows rows, IRankExchange ranks)
    {
        AllocationColumns columns = problem.Columns;
        double[] spend = new double[problem.CampaignCount];
        double[] edges = new double[problem.CampaignCount];
        double values = 0, margins = 0;
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
            values += best;
        }
        foreach (float q in problem.Edges.Margins) margins += Math.Abs(q);
        ranks.Sum(spend);
        ranks.Sum(edges);
        Span<double> totals = [values, margins, problem.ListenerCount, problem.EdgeCount];
        ranks.Sum(totals);
        Value = totals[0] / totals[2];
        if (Value == 0) Value = Math.Max(problem.Penalties.Max(), 1e-30); // only promises matter, or nothing at all
        Prices = new double[rows.Count];
        Array.Fill(Prices, Value);
        for (int j = 0; j < problem.CampaignCount; j++)
            if (rows.Prices.Budget[j] >= 0 && spend[j] > 0) Prices[rows.Prices.Budget[j]] = Value / (spend[j] / edges[j]);
        foreach (int row in rows.Prices.Cohort) if (row >= 0 && totals[1] > 0) Prices[row] = Value / (totals[1] / totals[3]);
    }

    /// <summary>Mean over the listeners of their largest value; above 0.</summary>
    public double Value { get; }

    /// <summary>[rows] a large price.</summary>
    public double[] Prices { get; }
}
