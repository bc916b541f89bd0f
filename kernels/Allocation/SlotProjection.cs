namespace Rubato.Kernels.Allocation;

/// <summary>Projection on { 0 ≤ x ≤ 1, Σ x ≤ slots } of one listener, in double and plain.</summary>
public static class SlotProjection
{
    /// <summary>The smallest τ ≥ 0 with Σ clip((reduced − τ)/smoothing, 0, 1) ≤ slots.</summary>
    /// <param name="reduced">[edges] reduced values, finite</param>
    /// <param name="slots">k, at least 0</param>
    /// <param name="smoothing">γ > 0</param>
    public static double Threshold(ReadOnlySpan<double> reduced, int slots, double smoothing)
    {
        if (Delivered(reduced, 0, smoothing) <= slots) return 0;
        // The sum falls from more than k at lo to at most k at hi, in straight pieces between points where an entry reaches 0 or 1.
        double lo = 0, hi = double.NegativeInfinity;
        foreach (double r in reduced) hi = Math.Max(hi, r);
        foreach (double r in reduced)
        {
            Narrow(reduced, slots, smoothing, r, ref lo, ref hi);
            Narrow(reduced, slots, smoothing, r - smoothing, ref lo, ref hi);
        }
        double atLo = Delivered(reduced, lo, smoothing), atHi = Delivered(reduced, hi, smoothing);
        return lo + (hi - lo) * Math.Clamp((atLo - slots) / (atLo - atHi), 0, 1);
    }

    private static void Narrow(ReadOnlySpan<double> reduced, int slots, double smoothing, double point, ref double lo, ref double hi)
    {
        if (point <= lo || point >= hi) return;
        if (Delivered(reduced, point, smoothing) > slots) lo = point; else hi = point;
    }

    private static double Delivered(ReadOnlySpan<double> reduced, double threshold, double smoothing)
    {
        double sum = 0;
        foreach (double r in reduced) sum += Math.Clamp((r - threshold) / smoothing, 0, 1);
        return sum;
    }
}
