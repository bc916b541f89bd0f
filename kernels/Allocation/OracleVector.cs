using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>The portable vector oracle: one listener per lane, a slice in two (single) or four (double) groups of lanes.</summary>
internal sealed unsafe class OracleVector<T, TLanes>(string name, bool isDouble) : IOracleKernel
    where T : unmanaged
    where TLanes : struct, ILanes<T>
{
    public string Name => name;

    public bool IsDouble => isDouble;

    public void Evaluate(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        OracleGuard.Range(edges, firstSlice, endSlice);
        fixed (int* starts = edges.Starts, slots = edges.Slots, cohorts = edges.Cohorts)
        fixed (ushort* campaigns = edges.Campaigns)
        fixed (float* values = edges.Values, spends = edges.Spends, margins = edges.Margins)
        fixed (T* budget = TLanes.Budget(prices), offset = TLanes.Offset(prices), cohort = TLanes.Cohort(prices), reduced = TLanes.Reduced(sums))
        fixed (double* campaignSums = sums.Campaign)
        {
            var pass = new OraclePass<T, TLanes>
            {
                Budget = budget, Offset = prices.HasOffsets ? offset : null, Cohort = edges.Margins.Length > 0 ? cohort : null,
                Reduced = reduced, CampaignSums = campaignSums, Smoothing = prices.Smoothing, Sums = sums, CohortCount = edges.CohortCount,
            };
            for (int slice = firstSlice; slice < endSlice; slice++)
            {
                // SAFETY: a slice's elements lie below Starts[SliceCount] = the length of the columns, its lanes below Slots.Length = slices · 16.
                int start = starts[slice], lane = slice * EdgeSlices.Height;
                pass.Width = (starts[slice + 1] - start) / EdgeSlices.Height;
                for (int group = 0; group < EdgeSlices.Height; group += Vector256<T>.Count)
                {
                    int first = start + group;
                    pass.Campaigns = campaigns + first;
                    pass.Values = values + first;
                    pass.Spends = spends + first;
                    pass.Slots = slots + lane + group;
                    if (pass.Cohort != null)
                    {
                        pass.Margins = margins + first;
                        pass.Cohorts = cohorts + lane + group;
                    }
                    pass.EvaluateGroup();
                }
            }
            sums.Bound += pass.Bound;
            sums.Linear += pass.Linear;
            sums.Square += pass.Square;
        }
    }
}
