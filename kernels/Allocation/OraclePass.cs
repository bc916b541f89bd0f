using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>One group of lanes of the vector oracle: pointers to its columns, its scratch and what it sums up.</summary>
internal unsafe ref partial struct OraclePass<T, TLanes>
    where T : unmanaged
    where TLanes : struct, ILanes<T>
{
    // SAFETY (all pointers of this struct): OracleVector pins the arrays. Column c of the group lies at c · 16 from its first element for
    // c < Width, which ends inside the slice; campaigns and cohorts are below the lengths of the price arrays (checked when the problem was
    // validated); Reduced holds Width · 16 elements, of which Width · lanes are used.
    public T* Budget, Offset, Cohort, Reduced;
    public double* CampaignSums;
    public ushort* Campaigns;
    public float* Values, Spends, Margins;
    public int* Slots, Cohorts;
    public int Width, CohortCount;
    public double Smoothing, Bound, Linear, Square;
    public OracleSums Sums;

    private static int Lanes => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void EvaluateGroup()
    {
        int slotsMax = 1;
        for (int lane = 0; lane < Lanes; lane++) slotsMax = Math.Max(slotsMax, Slots[lane]);
        Vector256<T> threshold = slotsMax == 1 ? OneSlot() : slotsMax <= 3 ? FewSlots() : ManySlots();
        Choose(threshold);
    }

    /// <summary>Reduced values of one column, kept in the scratch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Reduce(int column, Vector256<T> cohort)
    {
        int at = column * EdgeSlices.Height;
        Vector256<T> r = TLanes.Load(Values + at) - TLanes.Load(Spends + at) * TLanes.Gather(Budget, Campaigns + at);
        if (Offset != null) r += TLanes.Gather(Offset, Campaigns + at);
        if (Cohort != null) r = TLanes.MultiplyAdd(TLanes.Load(Margins + at), cohort, r);
        r.Store(Reduced + column * Lanes);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> CohortPrice() => Cohort != null ? TLanes.Gather(Cohort, Cohorts) : Vector256<T>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Constant(double value) => Vector256.Create(TLanes.From(value));

    // Sums up the choice x = clip((r − τ)/γ, 0, 1). Few entries are not 0, so the scatter goes by the set bits of a mask.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Choose(Vector256<T> threshold)
    {
        Vector256<T> zero = Vector256<T>.Zero, one = Constant(1), inverse = Constant(1 / Smoothing), linear = zero, square = zero;
        uint fractionalLanes = 0;
        T* chosen = stackalloc T[Lanes];
        for (int column = 0; column < Width; column++)
        {
            Vector256<T> r = Vector256.Load(Reduced + column * Lanes), raw = (r - threshold) * inverse;
            uint positive = Vector256.GreaterThan(raw, zero).ExtractMostSignificantBits();
            if (positive == 0) continue;
            Vector256<T> x = Vector256.MinNative(Vector256.MaxNative(raw, zero), one);
            linear = TLanes.MultiplyAdd(r, x, linear);
            square = TLanes.MultiplyAdd(x, x, square);
            fractionalLanes |= positive & Vector256.LessThan(raw, one).ExtractMostSignificantBits();
            x.Store(chosen);
            Scatter(column, positive, chosen);
        }
        Linear += TLanes.Sum(linear);
        Square += TLanes.Sum(square);
        if (fractionalLanes != 0 && Sums.Curvature is { Wanted: true } curvature) AddCurvature(fractionalLanes, threshold, curvature);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Scatter(int column, uint positive, T* chosen)
    {
        int first = column * EdgeSlices.Height;
        do
        {
            int lane = BitOperations.TrailingZeroCount(positive), e = first + lane;
            double x = TLanes.ToDouble(chosen[lane]);
            double* sums = CampaignSums + 2 * Campaigns[e];
            sums[0] += Spends[e] * x;
            sums[1] += x;
            if (Cohort != null) Sums.Quality[Cohorts[lane]] += Margins[e] * x;
            positive &= positive - 1;
        }
        while (positive != 0);
    }

    private readonly void AddCurvature(uint lanes, Vector256<T> threshold, Curvature curvature)
    {
        double inverse = 1 / Smoothing;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes), count = 0;
            double tau = TLanes.ToDouble(threshold[lane]);
            for (int column = 0; column < Width; column++)
            {
                double above = TLanes.ToDouble(Reduced[column * Lanes + lane]) - tau;
                if (above <= 0 || above >= Smoothing) continue;
                int e = column * EdgeSlices.Height + lane;
                curvature.FractionalCampaigns[count] = Campaigns[e];
                curvature.FractionalSpends[count] = Spends[e];
                curvature.FractionalMargins[count++] = Cohort != null ? Margins[e] : 0;
            }
            curvature.Add(count, Cohort != null ? Cohorts[lane] : CohortCount, tau > 0, inverse);
        }
    }
}
