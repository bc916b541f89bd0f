namespace Rubato;

/// <summary>The offline optimum: what somebody who knows all arrivals in advance could reach, with the prices of it.</summary>
/// <remarks>
/// Requests of the same listener are alike, so they are one listener of the problem whose values and spends are multiplied by their number: an
/// optimum treats them alike. Slates that nobody looks at are left out. The bound is the certificate's: no allocation, online or not, is worth more.
/// </remarks>
/// <param name="Bound">dual bound of the value</param>
/// <param name="Value">value of a feasible allocation</param>
/// <param name="BudgetUsed">part of all budgets that this allocation spends, 0 to 1</param>
/// <param name="Prices">[campaigns] λ, per currency unit</param>
internal sealed record Yardstick(double Bound, double Value, double BudgetUsed, double[] Prices)
{
    private const double Gap = 1e-4;

    /// <param name="edges">values</param> <param name="campaigns">budgets and spends</param>
    /// <param name="exposed">[listeners] slates that are looked at</param> <param name="slots">of a slate</param>
    public static Yardstick Solve(ListenerEdges edges, CampaignSet campaigns, int[] exposed, int slots)
    {
        List<long> starts = [0];
        List<int> ofCampaign = [];
        List<float> values = [], spends = [];
        for (int listener = 0; listener < exposed.Length; listener++)
        {
            if (exposed[listener] == 0) continue;
            ReadOnlySpan<int> own = edges.Campaigns(listener);
            for (int i = 0; i < own.Length; i++)
            {
                ofCampaign.Add(own[i]);
                values.Add(edges.Values(listener)[i] * exposed[listener]);
                spends.Add((float)(campaigns.Campaigns[own[i]].SpendMicros / 1e6) * exposed[listener]);
            }
            starts.Add(ofCampaign.Count);
        }
        int[] slotsOfListener = new int[starts.Count - 1];
        Array.Fill(slotsOfListener, slots);
        var problem = new AllocationProblem(new AllocationColumns
        {
            Starts = [.. starts], Campaigns = [.. ofCampaign], Values = [.. values], Spends = [.. spends], Slots = slotsOfListener,
            Budgets = [.. campaigns.Campaigns.ToArray().Select(campaign => campaign.BudgetMicros / 1e6)],
        });
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = Gap, Threads = 1 }); // one thread: the same on every machine
        double spent = 0;
        for (int edge = 0; edge < spends.Count; edge++) spent += (double)solution.Allocation[edge] * spends[edge];
        return new Yardstick(solution.Certificate.Dual, solution.Certificate.Primal, spent / problem.Columns.Budgets.Sum(), solution.Prices.Budget);
    }
}
