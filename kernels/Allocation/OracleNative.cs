using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rubato.Kernels.Native;

namespace Rubato.Kernels.Allocation;

/// <summary>
/// The oracle with assembled AVX-512 code for slices of up to three slots: 16 listeners at a time in double. What is chosen, a few edges per
/// listener, is summed up here; slices with more slots go to the portable variant.
/// </summary>
internal sealed unsafe class OracleNative(string name, NativeOracleCodes codes, IOracleKernel manySlots) : IOracleKernel
{
    private const int LaneMask = EdgeSlices.Height - 1;

    public string Name => name;

    public bool IsDouble => true;

    public void Evaluate(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        OracleGuard.Range(edges, firstSlice, endSlice);
        for (int slice = firstSlice; slice < endSlice;)
        {
            int slots = Class(edges, slice), end = slice + 1;
            while (end < endSlice && Class(edges, end) == slots) end++; // slices are sorted by slots inside windows
            if (slots > OracleShape.SlotsLimit) manySlots.Evaluate(edges, prices, slice, end, sums);
            else Evaluate(new OracleShape(slots, prices.HasOffsets, edges.Margins.Length > 0), edges, prices, slice, end, sums);
            slice = end;
        }
    }

    // The most slots of a slice, or one more than the code is made for.
    private static int Class(EdgeSlices edges, int slice)
    {
        int most = 1;
        foreach (int slots in edges.Slots.AsSpan(slice * EdgeSlices.Height, EdgeSlices.Height)) most = Math.Max(most, slots);
        return Math.Min(most, OracleShape.SlotsLimit + 1);
    }

    private void Evaluate(OracleShape shape, EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        delegate* unmanaged<OracleArguments*, void> code = codes.For(shape);
        fixed (int* slots = edges.Slots, cohorts = edges.Cohorts, hits = sums.Hits)
        fixed (ushort* campaigns = edges.Campaigns)
        fixed (float* values = edges.Values, spends = edges.Spends, margins = edges.Margins)
        fixed (double* budget = prices.Budget, offset = prices.Offset, cohort = prices.Cohort, reduced = sums.Reduced)
        {
            var arguments = new OracleArguments
            {
                Budget = budget, Offset = offset, Cohort = cohort, Smoothing = prices.Smoothing, Hits = hits,
                Reduced = (double*)(((nint)reduced + 63) & ~63),
            };
            for (int slice = firstSlice; slice < endSlice; slice++)
            {
                // SAFETY: a slice's elements lie below Starts[SliceCount] = the length of the columns, its lanes below Slots.Length; sums were
                // made for the widest slice, with room to align and for the last store of hits; campaigns and cohorts are below the lengths
                // of the price arrays (checked when the problem was validated).
                int start = edges.Starts[slice], lane = slice * EdgeSlices.Height;
                arguments.Elements = edges.Starts[slice + 1] - start;
                arguments.Campaigns = campaigns + start;
                arguments.Values = values + start;
                arguments.Spends = spends + start;
                arguments.Slots = slots + lane;
                if (shape.Margins)
                {
                    arguments.Margins = margins + start;
                    arguments.Cohorts = cohorts + lane;
                }
                code(&arguments);
                AddHits(ref arguments, shape.Margins, sums);
                if (sums.Curvature is { Wanted: true } curvature) AddCurvature(ref arguments, shape.Margins, edges.CohortCount, curvature);
            }
            for (int lane = 0; lane < Vector512<double>.Count; lane++) sums.Bound += arguments.Bound[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddHits(ref OracleArguments slice, bool floors, OracleSums sums)
    {
        double inverse = 1 / slice.Smoothing, linear = 0, square = 0;
        int count = (int)slice.HitCount;
        int* hits = slice.Hits;
        fixed (double* campaignSums = sums.Campaign, thresholds = slice.Thresholds)
        {
            for (int i = 0; i < count; i++)
            {
                int e = hits[i], lane = e & LaneMask;
                double r = slice.Reduced[e], x = Math.Min((r - thresholds[lane]) * inverse, 1);
                linear += r * x;
                square += x * x;
                double* target = campaignSums + 2 * slice.Campaigns[e];
                (Vector128.Load(target) + Vector128.Create(slice.Spends[e] * x, x)).Store(target);
                if (floors) sums.Quality[slice.Cohorts[lane]] += slice.Margins[e] * x;
            }
        }
        sums.Linear += linear;
        sums.Square += square;
    }

    private static void AddCurvature(ref OracleArguments slice, bool floors, int cohortCount, Curvature curvature)
    {
        int* counts = stackalloc int[EdgeSlices.Height];
        new Span<int>(counts, EdgeSlices.Height).Clear();
        int width = (int)slice.Elements / EdgeSlices.Height;
        Span<int> fractional = curvature.FractionalEdges;
        for (int i = 0; i < (int)slice.HitCount; i++)
        {
            int e = slice.Hits[i], lane = e & LaneMask;
            if (slice.Reduced[e] - slice.Thresholds[lane] < slice.Smoothing) fractional[lane * width + counts[lane]++] = e;
        }
        double inverse = 1 / slice.Smoothing;
        for (int lane = 0; lane < EdgeSlices.Height; lane++)
        {
            int count = counts[lane];
            for (int i = 0; i < count; i++)
            {
                int e = fractional[lane * width + i];
                curvature.FractionalCampaigns[i] = slice.Campaigns[e];
                curvature.FractionalSpends[i] = slice.Spends[e];
                curvature.FractionalMargins[i] = floors ? slice.Margins[e] : 0;
            }
            curvature.Add(count, floors ? slice.Cohorts[lane] : cohortCount, slice.Thresholds[lane] > 0, inverse);
        }
    }
}
