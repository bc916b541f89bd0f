using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>The prices of a problem as one vector: one row per constraint that can bind, family by family.</summary>
/// <remarks>A budget or cap of 0 has no row: edges that would use it are left out of the oracle (<see cref="Gates"/>).</remarks>
internal sealed class DualRows
{
    public DualRows(AllocationProblem problem)
    {
        AllocationColumns columns = problem.Columns;
        int campaigns = problem.CampaignCount, count = 0;
        Gates = GatesOf(columns);
        int[] Number(int length, Func<int, bool> exists)
        {
            int[] rows = new int[length];
            for (int i = 0; i < length; i++) rows[i] = exists(i) ? count++ : -1;
            return rows;
        }
        int[] budget = Number(campaigns, j => double.IsFinite(columns.Budgets[j]) && columns.Budgets[j] > 0);
        BudgetCount = count;
        int[] promise = Number(campaigns, j => columns.Promised.Length > 0 && columns.Promised[j] > 0 && problem.Penalties[j] > 0);
        PromiseCount = count - BudgetCount;
        LicensorRow = Number(problem.LicensorCount, l => double.IsFinite(columns.Caps[l]) && columns.Caps[l] > 0);
        LicensorRowCount = count - BudgetCount - PromiseCount;
        int[] cohort = Number(problem.CohortCount + 1, h => h < problem.CohortCount);
        int[] licensor = new int[campaigns];
        for (int j = 0; j < campaigns; j++) licensor[j] = columns.Licensors.Length > 0 ? LicensorRow[columns.Licensors[j]] : -1;
        Prices = new PriceRows { Budget = budget, Promise = promise, Licensor = licensor, Cohort = cohort, Count = count };
        Limits = new double[count];
        Upper = new double[count];
        Array.Fill(Upper, double.PositiveInfinity);
        for (int j = 0; j < campaigns; j++)
        {
            if (budget[j] >= 0) Limits[budget[j]] = columns.Budgets[j];
            if (promise[j] < 0) continue;
            Limits[promise[j]] = -columns.Promised[j];
            Upper[promise[j]] = problem.Penalties[j];
        }
        for (int l = 0; l < LicensorRow.Length; l++) if (LicensorRow[l] >= 0) Limits[LicensorRow[l]] = columns.Caps[l];
    }

    public PriceRows Prices { get; }

    /// <summary>[licensors] row of a licensor's price, −1 for none.</summary>
    public int[] LicensorRow { get; }

    /// <summary>[campaigns] which edges can be used at all.</summary>
    public CampaignGate[] Gates { get; }

    /// <summary>[rows] the dual's linear part: B, −m, C, 0.</summary>
    public double[] Limits { get; }

    /// <summary>[rows] largest permitted price; the smallest is 0.</summary>
    public double[] Upper { get; }

    public int Count => Prices.Count;

    public int BudgetCount { get; }

    public int PromiseCount { get; }

    public int LicensorRowCount { get; }

    private static CampaignGate[] GatesOf(AllocationColumns columns)
    {
        var gates = new CampaignGate[columns.Budgets.Length];
        for (int j = 0; j < gates.Length; j++)
            gates[j] = columns.Licensors.Length > 0 && columns.Caps[columns.Licensors[j]] == 0 ? CampaignGate.Closed
                : columns.Budgets[j] == 0 ? CampaignGate.FreeEdgesOnly : CampaignGate.Open;
        return gates;
    }
}
