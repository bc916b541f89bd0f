using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>The three ways to the threshold τ, by the largest number of slots in the group; each also adds up the unsmoothed maximum.</summary>
internal unsafe ref partial struct OraclePass<T, TLanes>
{
    private const int IterationsMax = 64;
    private static double Tolerance => sizeof(T) == sizeof(float) ? 1e-6 : 1e-14; // of Σ x, a few roundings

    // k = 1: Σ max(r − τ, 0) = γ. The left side is convex in τ, so Newton from τ = max r − γ, where it is at least γ, climbs to the root.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector256<T> OneSlot()
    {
        Vector256<T> zero = Vector256<T>.Zero, cohort = CohortPrice(), best = Constant(EdgeSlices.PaddingValue), second = best;
        for (int column = 0; column < Width; column++)
        {
            Vector256<T> r = Reduce(column, cohort);
            second = Vector256.MaxNative(second, Vector256.MinNative(best, r));
            best = Vector256.MaxNative(best, r);
        }
        Bound += TLanes.Sum(Vector256.MaxNative(best, zero));
        Vector256<T> gamma = Constant(Smoothing), threshold = Vector256.MaxNative(best - gamma, zero);
        if (!Vector256.GreaterThanAny(second, threshold)) return threshold; // one candidate each: its x is min(r/γ, 1) already
        Vector256<T> limit = gamma * Constant(1 + Tolerance);
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            Vector256<T> sum = zero, count = zero;
            for (int column = 0; column < Width; column++)
            {
                Vector256<T> above = Vector256.Load(Reduced + column * Lanes) - threshold, mask = Vector256.GreaterThan(above, zero);
                sum += above & mask;
                count += Constant(1) & mask;
            }
            Vector256<T> open = Vector256.GreaterThan(sum, limit), moved = threshold + (sum - gamma) / Vector256.MaxNative(count, Constant(1));
            open &= Vector256.GreaterThan(moved, threshold); // where γ is small against r, the steps end at the resolution of r
            if (open == zero) break;
            threshold = Vector256.ConditionalSelect(open, moved, threshold);
        }
        return threshold;
    }

    // k ≤ 3: with t the reduced values in descending order, the root lies between t[k] − γ and t[k + 1], less than γ apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector256<T> FewSlots()
    {
        Vector256<T> cohort = CohortPrice(), zero = Vector256<T>.Zero, padding = Constant(EdgeSlices.PaddingValue);
        Vector256<T> t1 = padding, t2 = padding, t3 = padding, t4 = padding;
        for (int column = 0; column < Width; column++)
        {
            Vector256<T> r = Reduce(column, cohort), low = Vector256.MinNative(t1, r);
            t1 = Vector256.MaxNative(t1, r);
            r = low;
            low = Vector256.MinNative(t2, r);
            t2 = Vector256.MaxNative(t2, r);
            r = low;
            low = Vector256.MinNative(t3, r);
            t3 = Vector256.MaxNative(t3, r);
            t4 = Vector256.MaxNative(t4, low);
        }
        Vector256<T> slots = TLanes.Convert(Slots), two = Vector256.GreaterThan(slots, Constant(1)), three = Vector256.GreaterThan(slots, Constant(2));
        Bound += TLanes.Sum(Vector256.MaxNative(t1, zero) + (Vector256.MaxNative(t2, zero) & two) + (Vector256.MaxNative(t3, zero) & three));
        Vector256<T> last = Vector256.ConditionalSelect(three, t3, Vector256.ConditionalSelect(two, t2, t1));
        Vector256<T> next = Vector256.ConditionalSelect(three, t4, Vector256.ConditionalSelect(two, t3, t2));
        Vector256<T> lo = Vector256.MaxNative(last - Constant(Smoothing), zero);
        return Root(slots, lo, Vector256.MaxNative(lo, next));
    }

    // Any k: bracket the root between 0 and max r, then walk the breakpoints above it for the unsmoothed maximum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector256<T> ManySlots()
    {
        Vector256<T> zero = Vector256<T>.Zero, cohort = CohortPrice(), best = zero;
        for (int column = 0; column < Width; column++) best = Vector256.MaxNative(best, Reduce(column, cohort));
        Vector256<T> slots = TLanes.Convert(Slots), threshold = Root(slots, zero, best), cut = threshold;
        // min over c ≥ 0 of k c + Σ max(r − c, 0) is the maximum of r · x over P; it is attained where at most k values lie above c.
        for (int step = 0; step <= Width; step++)
        {
            Vector256<T> count = zero, sum = zero, next = Constant(-EdgeSlices.PaddingValue);
            for (int column = 0; column < Width; column++)
            {
                Vector256<T> r = Vector256.Load(Reduced + column * Lanes), above = Vector256.GreaterThan(r, cut);
                count += Constant(1) & above;
                sum += (r - cut) & above;
                next = Vector256.ConditionalSelect(above, Vector256.MinNative(next, r), next);
            }
            Vector256<T> open = Vector256.GreaterThan(count, slots);
            if (open == zero)
            {
                Bound += TLanes.Sum(slots * cut + sum);
                return threshold;
            }
            cut = Vector256.ConditionalSelect(open, next, cut);
        }
        throw new InvalidOperationException("the breakpoints of a group did not end"); // every step passes at least one of Width values
    }

    // The root of Σ clip((r − τ)/γ, 0, 1) = k between lo, where the sum is at least k unless lo is 0, and hi, where it is at most k:
    // Newton where it stays inside the bracket, halving elsewhere. Lanes whose slots are not used up at lo = 0 end there at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly Vector256<T> Root(Vector256<T> slots, Vector256<T> lo, Vector256<T> hi)
    {
        Vector256<T> zero = Vector256<T>.Zero, one = Constant(1), inverse = Constant(1 / Smoothing), gamma = Constant(Smoothing);
        Vector256<T> slack = slots * Constant(Tolerance), threshold = lo, first = Vector256<T>.AllBitsSet;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            Vector256<T> sum = zero, count = zero;
            for (int column = 0; column < Width; column++)
            {
                Vector256<T> raw = (Vector256.Load(Reduced + column * Lanes) - threshold) * inverse;
                sum += Vector256.MinNative(Vector256.MaxNative(raw, zero), one);
                count += one & Vector256.GreaterThan(raw, zero) & Vector256.LessThan(raw, one);
            }
            Vector256<T> excess = sum - slots, high = Vector256.GreaterThan(excess, slack);
            Vector256<T> open = (high | Vector256.LessThan(excess, -slack)) & ~(first & ~high) & Vector256.LessThan(lo, hi);
            if (open == zero) break;
            lo = Vector256.ConditionalSelect(open & high, threshold, lo);
            hi = Vector256.ConditionalSelect(open & ~high, threshold, hi);
            Vector256<T> newton = threshold + excess * gamma / Vector256.MaxNative(count, one);
            Vector256<T> inside = Vector256.GreaterThan(count, zero) & Vector256.GreaterThan(newton, lo) & Vector256.LessThan(newton, hi);
            Vector256<T> moved = Vector256.ConditionalSelect(inside, newton, (lo + hi) * Constant(0.5));
            open &= ~Vector256.Equals(moved, threshold); // the end of the arithmetic's resolution
            if (open == zero) break;
            threshold = Vector256.ConditionalSelect(open, moved, threshold);
            first = zero;
        }
        return threshold;
    }
}
