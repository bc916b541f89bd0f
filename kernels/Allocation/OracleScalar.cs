namespace Rubato.Kernels.Allocation;

/// <summary>The reference: one listener at a time, in double, by sorting the points at which an entry of x reaches 0 or 1.</summary>
public sealed class OracleScalar : IOracleKernel
{
    /// <inheritdoc/>
    public string Name => "scalar";

    /// <inheritdoc/>
    public bool IsDouble => true;

    /// <inheritdoc/>
    public void Evaluate(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        OracleGuard.Range(edges, firstSlice, endSlice);
        for (int slice = firstSlice; slice < endSlice; slice++)
            for (int lane = 0; lane < EdgeSlices.Height; lane++)
                EvaluateListener(edges, prices, slice, lane, sums);
    }

    private static void EvaluateListener(EdgeSlices edges, OraclePrices prices, int slice, int lane, OracleSums sums)
    {
        int start = edges.Starts[slice] + lane, end = edges.Starts[slice + 1], count = 0;
        int laneIndex = slice * EdgeSlices.Height + lane, slots = edges.Slots[laneIndex];
        bool floors = edges.Margins.Length > 0;
        int cohort = floors ? edges.Cohorts[laneIndex] : edges.CohortCount;
        Span<double> reduced = sums.Reduced.AsSpan();
        for (int e = start; e < end && edges.Values[e] != EdgeSlices.PaddingValue; e += EdgeSlices.Height)
        {
            int campaign = edges.Campaigns[e];
            double r = edges.Values[e] - edges.Spends[e] * prices.Budget[campaign] + prices.Offset[campaign];
            reduced[count++] = floors ? r + edges.Margins[e] * prices.Cohort[cohort] : r;
        }
        reduced = reduced[..count];
        sums.Bound += BestSum(reduced, slots);
        double threshold = SlotProjection.Threshold(reduced, slots, prices.Smoothing);
        Curvature? curvature = sums.Curvature is { Wanted: true } wanted ? wanted : null;
        int fractional = 0;
        for (int i = 0; i < count; i++)
        {
            double x = Math.Clamp((reduced[i] - threshold) / prices.Smoothing, 0, 1);
            if (x == 0) continue;
            int e = start + i * EdgeSlices.Height, campaign = edges.Campaigns[e];
            float margin = floors ? edges.Margins[e] : 0;
            sums.Linear += reduced[i] * x;
            sums.Square += x * x;
            sums.Campaign[2 * campaign] += edges.Spends[e] * x;
            sums.Campaign[2 * campaign + 1] += x;
            sums.Quality[cohort] += margin * x;
            if (curvature is null || x == 1) continue;
            curvature.FractionalCampaigns[fractional] = campaign;
            curvature.FractionalSpends[fractional] = edges.Spends[e];
            curvature.FractionalMargins[fractional++] = margin;
        }
        curvature?.Add(fractional, cohort, threshold > 0, 1 / prices.Smoothing);
    }

    private static double BestSum(ReadOnlySpan<double> reduced, int slots)
    {
        double[] sorted = reduced.ToArray();
        Array.Sort(sorted);
        double sum = 0;
        for (int i = sorted.Length - 1; i >= Math.Max(0, sorted.Length - slots) && sorted[i] > 0; i--) sum += sorted[i];
        return sum;
    }
}
