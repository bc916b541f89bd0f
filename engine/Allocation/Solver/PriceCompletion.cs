using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Prices of budgets and caps of 0: the lowest that leave their edges without reduced value, so that the dual bound holds at finite prices.</summary>
internal static class PriceCompletion
{
    private const double RoundingMargin = 1 + 1e-12; // r − price · use must not round to a number above 0

    public static void Complete(AllocationProblem problem, DualRows rows, AllocationPrices prices, IRankExchange ranks)
    {
        if (Array.TrueForAll(rows.Gates, gate => gate == CampaignGate.Open)) return;
        // Caps first: a campaign under both needs no budget price any more.
        foreach (CampaignGate gate in new[] { CampaignGate.Closed, CampaignGate.FreeEdgesOnly })
        {
            for (int listener = 0; listener < problem.ListenerCount; listener++)
                CompleteListener(problem, rows, prices, listener, gate);
            ranks.Max(gate == CampaignGate.Closed ? prices.Licensor : prices.Budget);
        }
    }

    private static void CompleteListener(AllocationProblem problem, DualRows rows, AllocationPrices prices, int listener, CampaignGate gate)
    {
        EdgeColumns edges = problem.Edges;
        double floor = edges.Cohorts.Length > 0 && edges.Cohorts[listener] >= 0 ? prices.Cohort[edges.Cohorts[listener]] : 0;
        for (int e = (int)edges.Starts[listener]; e < edges.Starts[listener + 1]; e++)
        {
            int campaign = edges.Campaigns[e];
            if (rows.Gates[campaign] != gate) continue;
            double r = edges.Values[e] + (prices.Promise.Length > 0 ? prices.Promise[campaign] : 0);
            if (floor != 0) r += edges.Margins[e] * floor;
            int licensor = prices.Licensor.Length > 0 ? problem.Columns.Licensors[campaign] : -1;
            if (gate == CampaignGate.Closed)
            {
                prices.Licensor[licensor] = Math.Max(prices.Licensor[licensor], r * RoundingMargin);
                continue;
            }
            if (licensor >= 0) r -= prices.Licensor[licensor];
            double spend = edges.Spends[e];
            if (spend > 0) prices.Budget[campaign] = Math.Max(prices.Budget[campaign], r / spend * RoundingMargin);
        }
    }
}
