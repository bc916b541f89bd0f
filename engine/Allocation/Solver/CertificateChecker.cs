namespace Rubato;

/// <summary>
/// Recomputes a certificate from the raw columns, in double, one listener after the other: value, feasibility and bound.
/// Shares nothing with the solver, so that it can judge it.
/// </summary>
public static class CertificateChecker
{
    /// <summary>The certificate that prices and an allocation deserve.</summary>
    /// <param name="problem">the problem</param>
    /// <param name="prices">any prices ≥ 0, those of promises at most the penalty; other prices prove nothing</param>
    /// <param name="allocation">[edges] x</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a price is out of its range.</exception>
    public static AllocationCertificate Check(AllocationProblem problem, AllocationPrices prices, float[] allocation)
    {
        CheckPrices(problem, prices);
        double[] delivered = Usage(problem, allocation).Delivered;
        double[] promised = problem.Columns.Promised, missed = new double[promised.Length];
        double primal = 0;
        for (int e = 0; e < problem.EdgeCount; e++) primal += (double)problem.Columns.Values[e] * allocation[e];
        for (int j = 0; j < missed.Length; j++)
        {
            missed[j] = Math.Max(0, promised[j] - delivered[j]);
            if (missed[j] > 0) primal -= problem.Penalties[j] * missed[j];
        }
        return new AllocationCertificate
        {
            Dual = Bound(problem, prices), Primal = primal, Violations = Violations(problem, allocation), ShortfallByCampaign = missed,
        };
    }

    /// <summary>The unsmoothed dual at these prices: an upper bound of the value of every feasible allocation.</summary>
    public static double Bound(AllocationProblem problem, AllocationPrices prices)
    {
        AllocationColumns columns = problem.Columns;
        double bound = 0;
        for (int j = 0; j < problem.CampaignCount; j++)
        {
            if (prices.Budget[j] > 0) bound += columns.Budgets[j] * prices.Budget[j];
            if (columns.Promised.Length > 0) bound -= columns.Promised[j] * prices.Promise[j];
        }
        for (int l = 0; l < columns.Caps.Length; l++) if (prices.Licensor[l] > 0) bound += columns.Caps[l] * prices.Licensor[l];
        var reduced = new List<double>();
        for (int i = 0; i < problem.ListenerCount; i++)
        {
            reduced.Clear();
            for (long e = columns.Starts[i]; e < columns.Starts[i + 1]; e++)
            {
                double r = Reduced(problem, prices, i, (int)e);
                if (r > 0) reduced.Add(r);
            }
            if (reduced.Count > columns.Slots[i]) reduced.Sort((a, b) => b.CompareTo(a));
            for (int n = 0; n < Math.Min(reduced.Count, columns.Slots[i]); n++) bound += reduced[n];
        }
        return bound;
    }

    /// <summary>The violations of an allocation.</summary>
    public static AllocationViolations Violations(AllocationProblem problem, float[] allocation)
    {
        AllocationColumns columns = problem.Columns;
        (double[] spent, double[] delivered, double slots) = Usage(problem, allocation);
        double budget = 0, licensor = 0, cohort = 0;
        for (int j = 0; j < spent.Length; j++) budget = Math.Max(budget, Excess(spent[j], columns.Budgets[j]));
        double[] byLicensor = new double[columns.Caps.Length];
        for (int j = 0; j < columns.Licensors.Length; j++) byLicensor[columns.Licensors[j]] += delivered[j];
        for (int l = 0; l < byLicensor.Length; l++) licensor = Math.Max(licensor, Excess(byLicensor[l], columns.Caps[l]));
        double[] quality = new double[problem.CohortCount], size = new double[problem.CohortCount];
        for (int i = 0; i < problem.ListenerCount && problem.CohortCount > 0; i++)
        {
            if (columns.Cohorts[i] < 0) continue;
            for (long e = columns.Starts[i]; e < columns.Starts[i + 1]; e++)
            {
                double q = (double)columns.Margins[e] * allocation[e];
                quality[columns.Cohorts[i]] += q;
                size[columns.Cohorts[i]] += Math.Abs(q);
            }
        }
        for (int h = 0; h < quality.Length; h++) if (quality[h] < 0) cohort = Math.Max(cohort, -quality[h] / size[h]);
        return new AllocationViolations(budget, licensor, cohort, slots);
    }

    private static (double[] Spent, double[] Delivered, double SlotViolation) Usage(AllocationProblem problem, float[] allocation)
    {
        AllocationColumns columns = problem.Columns;
        if (allocation.Length != problem.EdgeCount)
            throw new ArgumentException($"{allocation.Length} entries (expected {problem.EdgeCount})", nameof(allocation));
        double[] spent = new double[problem.CampaignCount], delivered = new double[problem.CampaignCount];
        double violation = 0;
        for (int i = 0; i < problem.ListenerCount; i++)
        {
            double sum = 0;
            for (long e = columns.Starts[i]; e < columns.Starts[i + 1]; e++)
            {
                double x = allocation[e];
                if (!(x >= 0 && x <= 1)) violation = double.IsNaN(x) ? double.PositiveInfinity : Math.Max(violation, Math.Max(-x, x - 1));
                sum += x;
                spent[columns.Campaigns[e]] += columns.Spends[e] * x;
                delivered[columns.Campaigns[e]] += x;
            }
            violation = Math.Max(violation, Excess(sum, columns.Slots[i]));
        }
        return (spent, delivered, violation);
    }

    private static double Reduced(AllocationProblem problem, AllocationPrices prices, int listener, int edge)
    {
        AllocationColumns columns = problem.Columns;
        int campaign = columns.Campaigns[edge];
        double r = columns.Values[edge] - columns.Spends[edge] * prices.Budget[campaign];
        if (prices.Promise.Length > 0) r += prices.Promise[campaign];
        if (prices.Licensor.Length > 0) r -= prices.Licensor[columns.Licensors[campaign]];
        if (prices.Cohort.Length > 0 && columns.Cohorts[listener] >= 0) r += columns.Margins[edge] * prices.Cohort[columns.Cohorts[listener]];
        return r;
    }

    // Of a limit of 0 nothing may be used: the excess then counts in its own unit.
    private static double Excess(double used, double limit)
        => used <= limit ? 0 : limit > 0 ? (used - limit) / limit : used;

    private static void CheckPrices(AllocationProblem problem, AllocationPrices prices)
    {
        CheckFamily("budget", prices.Budget, problem.CampaignCount, j => double.IsFinite(problem.Columns.Budgets[j]) ? double.MaxValue : 0);
        CheckFamily("promise", prices.Promise, problem.Columns.Promised.Length, j => problem.Penalties[j]);
        CheckFamily("licensor", prices.Licensor, problem.LicensorCount, l => double.IsFinite(problem.Columns.Caps[l]) ? double.MaxValue : 0);
        CheckFamily("cohort", prices.Cohort, problem.CohortCount, _ => double.MaxValue);
    }

    private static void CheckFamily(string family, double[] prices, int count, Func<int, double> upper)
    {
        if (prices.Length != count) throw new ArgumentException($"{prices.Length} {family} prices (expected {count})", nameof(prices));
        for (int i = 0; i < count; i++)
            if (!(prices[i] >= 0 && prices[i] <= upper(i)))
                throw new ArgumentException($"{family} price {i} is {prices[i]} (expected 0 to {upper(i)})", nameof(prices));
    }
}
