using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// <c>oracle</c>: a thread to a listener, sixteen listeners to a slice, so that the threads of a slice read 64 bytes of a column together.
/// Reduced values are computed anew in every pass over a listener's edges: they come from the cache, and there is no other room for them.
/// </summary>
internal static class Oracle
{
    public const int BlockThreads = 128;

    private const int Height = 16, IterationsMax = 64;

    private const double Tolerance = 1e-14; // of Σ x, a few roundings

    public static void Kernel(OracleParameters p)
    {
        int slice = p.FirstSlice + Grid.IdxX * (BlockThreads / Height) + Group.IdxX / Height;
        bool used = slice < p.EndSlice;
        int place = IntrinsicMath.Min(slice, p.EndSlice - 1), index = place * Height + Group.IdxX % Height;
        var listener = new Listener(
            Device.Int(p.Starts, place) + Group.IdxX % Height, used ? Device.Int(p.Starts, place + 1) : 0,
            p.Margins == 0 ? 0 : Device.Double(p.CohortPrices, Device.Int(p.Cohorts, index)));
        int slots = Device.Int(p.Slots, index);
        double best = double.NegativeInfinity, second = double.NegativeInfinity;
        for (long e = listener.First; e < listener.End; e += Height)
        {
            double r = Reduced(p, e, listener);
            second = IntrinsicMath.Max(second, IntrinsicMath.Min(best, r));
            best = IntrinsicMath.Max(best, r);
        }
        double threshold = slots == 1 ? IntrinsicMath.Max(best - p.Smoothing, 0.0) : 0;
        // With one candidate above it the threshold of one slot is exact already.
        if (slots > 1 || second > threshold) threshold = Root(p, listener, slots, threshold, IntrinsicMath.Max(best, threshold));
        double bound = slots == 1 ? IntrinsicMath.Max(best, 0.0) : BestSum(p, listener, slots, threshold);
        double linear = 0, square = 0, inverse = 1 / p.Smoothing;
        for (long e = listener.First; e < listener.End; e += Height)
        {
            double r = Reduced(p, e, listener), x = IntrinsicMath.Min((r - threshold) * inverse, 1.0);
            if (x <= 0) continue;
            linear += r * x;
            square += x * x;
            Scatter(p, e, index, x);
        }
        BlockSums(p, bound, linear, square);
    }

    private static double Reduced(OracleParameters p, long e, Listener listener)
    {
        int campaign = Device.UShort(p.Campaigns, e);
        double r = Device.Float(p.Values, e) - Device.Float(p.Spends, e) * Device.Double(p.BudgetPrices, campaign) + Device.Double(p.OffsetPrices, campaign);
        return p.Margins == 0 ? r : r + Device.Float(p.Margins, e) * listener.CohortPrice;
    }

    /// <summary>The root of Σ clip((r − τ)/γ, 0, 1) = k between two bounds: Newton inside the bracket, halving elsewhere.</summary>
    private static double Root(OracleParameters p, Listener listener, int slots, double low, double high)
    {
        double threshold = low, inverse = 1 / p.Smoothing, slack = slots * Tolerance;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            double sum = 0;
            int fractional = 0;
            for (long e = listener.First; e < listener.End; e += Height)
            {
                double raw = (Reduced(p, e, listener) - threshold) * inverse;
                sum += IntrinsicMath.Min(IntrinsicMath.Max(raw, 0.0), 1.0);
                if (raw > 0 && raw < 1) fractional++;
            }
            double excess = sum - slots;
            bool above = excess > slack, below = excess < -slack && iteration > 0; // below at first: the slots are not used up
            if (!(above || below) || low >= high) break;
            if (above) low = threshold;
            else high = threshold;
            double newton = threshold + excess * p.Smoothing / IntrinsicMath.Max(fractional, 1);
            double moved = fractional > 0 && newton > low && newton < high ? newton : (low + high) * 0.5;
            if (moved == threshold) break; // the end of the arithmetic's resolution
            threshold = moved;
        }
        return threshold;
    }

    /// <summary>max { r · x : x in P } = min over c ≥ 0 of k·c + Σ max(r − c, 0), attained where at most k values lie above c.</summary>
    private static double BestSum(OracleParameters p, Listener listener, int slots, double cut)
    {
        double sum = 0;
        for (bool open = listener.First < listener.End; open;)
        {
            int count = 0;
            double next = double.PositiveInfinity;
            sum = slots * cut;
            for (long e = listener.First; e < listener.End; e += Height)
            {
                double r = Reduced(p, e, listener);
                if (r <= cut) continue;
                count++;
                sum += r - cut;
                next = IntrinsicMath.Min(next, r);
            }
            open = count > slots; // every round passes at least one value
            if (open) cut = next;
        }
        return sum;
    }

    /// <summary>Integer sums do not depend on the order in which threads come to add.</summary>
    private static void Scatter(OracleParameters p, long e, int index, double x)
    {
        int campaign = Device.UShort(p.Campaigns, e);
        double spend = Device.Float(p.Spends, e) * x;
        if (spend > 0) Device.Add(p.CampaignSums, 2L * campaign, (long)(spend * p.SpendUnits + 0.5));
        Device.Add(p.CampaignSums, 2L * campaign + 1, (long)(x * p.DeliveryUnits + 0.5));
        if (p.Margins == 0) return;
        double quality = Device.Float(p.Margins, e) * x * p.QualityUnits;
        Device.Add(p.QualitySums, Device.Int(p.Cohorts, index), (long)(quality + (quality < 0 ? -0.5 : 0.5)));
    }

    private static void BlockSums(OracleParameters p, double bound, double linear, double square)
    {
        ArrayView<double> shared = SharedMemory.Allocate<double>(3 * BlockThreads / 32);
        bound = WarpSum(bound);
        linear = WarpSum(linear);
        square = WarpSum(square);
        if (Warp.LaneIdx == 0)
        {
            int at = Group.IdxX / 32 * 3;
            shared[at] = bound;
            shared[at + 1] = linear;
            shared[at + 2] = square;
        }
        Group.Barrier();
        if (Group.IdxX >= 3) return;
        double sum = 0;
        for (int warp = 0; warp < BlockThreads / 32; warp++) sum += shared[warp * 3 + Group.IdxX];
        Device.Store(p.Partials, 3L * Grid.IdxX + Group.IdxX, sum);
    }

    public static double WarpSum(double value)
    {
        for (int distance = 16; distance > 0; distance /= 2) value += Warp.ShuffleXor(value, distance);
        return value;
    }

    /// <summary>The edges of a listener and the price of its cohort's floor.</summary>
    private readonly struct Listener(long first, long end, double cohortPrice)
    {
        public readonly long First = first, End = end;
        public readonly double CohortPrice = cohortPrice;
    }
}
