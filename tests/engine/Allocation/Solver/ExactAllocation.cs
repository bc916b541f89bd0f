namespace Rubato.Tests;

/// <summary>The exact optimum of a small allocation problem.</summary>
internal static class ExactAllocation
{
    public static double Value(AllocationProblem problem)
    {
        AllocationColumns c = problem.Columns;
        int edges = problem.EdgeCount, promises = c.Promised.Length, variables = edges + promises;
        var rows = new List<double[]>();
        var limits = new List<double>();
        double constant = 0;
        double[] objective = new double[variables];
        void Limit(double limit, Func<int, double> coefficient)
        {
            if (!double.IsFinite(limit)) return;
            double[] row = new double[variables];
            for (int e = 0; e < edges; e++) row[e] = coefficient(e);
            rows.Add(row);
            limits.Add(limit);
        }
        int[] listener = new int[edges];
        for (int i = 0; i < problem.ListenerCount; i++) for (long e = c.Starts[i]; e < c.Starts[i + 1]; e++) listener[e] = i;
        for (int e = 0; e < edges; e++)
        {
            int own = e;
            objective[e] = c.Values[e];
            Limit(1, other => other == own ? 1 : 0);
        }
        for (int i = 0; i < problem.ListenerCount; i++) Limit(c.Slots[i], e => listener[e] == i ? 1 : 0);
        for (int j = 0; j < problem.CampaignCount; j++) Limit(c.Budgets[j], e => c.Campaigns[e] == j ? c.Spends[e] : 0);
        for (int l = 0; l < c.Caps.Length; l++) Limit(c.Caps[l], e => c.Licensors[c.Campaigns[e]] == l ? 1 : 0);
        for (int h = 0; h < problem.CohortCount; h++) Limit(0, e => c.Cohorts[listener[e]] == h ? -c.Margins[e] : 0);
        // A promise is met up to z ≤ m: z ≤ Σ x. Missed is m − z, so the value is − penalty · m + penalty · z.
        for (int j = 0; j < promises; j++)
        {
            constant -= problem.Penalties[j] * c.Promised[j];
            objective[edges + j] = problem.Penalties[j];
            Limit(0, e => c.Campaigns[e] == j ? -1 : 0);
            rows[^1][edges + j] = 1;
            Limit(c.Promised[j], _ => 0);
            rows[^1][edges + j] = 1;
        }
        double[,] matrix = new double[rows.Count, variables];
        for (int i = 0; i < rows.Count; i++) for (int v = 0; v < variables; v++) matrix[i, v] = rows[i][v];
        return constant + DenseSimplex.Maximise(matrix, [.. limits], objective);
    }
}
