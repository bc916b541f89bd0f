using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// <c>oracle</c>: a thread to a listener, sixteen listeners to a slice, so that the threads of a slice read 64 bytes of a column together.
/// Device memory is read once, four columns at a time; what follows works on the survivors, whose values lie above all that the threshold can
/// still become.
/// </summary>
internal static class Oracle
{
    public const int BlockThreads = 128, Height = 16;

    private const int IterationsMax = 64, HalvingsMax = 12, BlockSlices = BlockThreads / Height, GroupColumns = 4;

    private const double Tolerance = 1e-14; // of Σ x, a few roundings

    public static void Kernel(OracleParameters p)
    {
        ArrayView<double> values = SharedMemory.Allocate<double>((Survivors.Capacity + 1) * BlockThreads);
        ArrayView<int> columns = SharedMemory.Allocate<int>((Survivors.Capacity + 1) * BlockThreads);
        double bound = 0, linear = 0, square = 0;
        for (int slice = p.FirstSlice + Grid.IdxX * BlockSlices + Group.IdxX / Height; slice < p.EndSlice; slice += Grid.DimX * BlockSlices)
        {
            var listener = new Listener(p, slice);
            Evaluate(p, listener, new Survivors(values, columns, listener.Columns), ref bound, ref linear, ref square);
        }
        BlockSums(p, bound, linear, square);
    }

    private static void Evaluate(OracleParameters p, Listener listener, Survivors survivors, ref double bound, ref double linear, ref double square)
    {
        int slots = listener.Slots;
        BestKeys best = default;
        for (int column = 0; column < listener.Columns; column += GroupColumns)
        {
            ReducedGroup group = listener.ReadGroup(column);
            best.Take(group.R0, column < listener.Columns);
            best.Take(group.R1, column + 1 < listener.Columns);
            best.Take(group.R2, column + 2 < listener.Columns);
            best.Take(group.R3, column + 3 < listener.Columns);
            double least = best.Kth(slots) - p.Smoothing;
            least = least > 0 ? least : 0;
            survivors.Add(group.R0, column, group.R0 > least);
            survivors.Add(group.R1, column + 1, group.R1 > least);
            survivors.Add(group.R2, column + 2, group.R2 > least);
            survivors.Add(group.R3, column + 3, group.R3 > least);
        }
        double low = best.Threshold(slots, p.Smoothing);
        survivors.Narrow(low);
        bool open = survivors.Count > slots | survivors.End < listener.Columns; // else each survivor gets a slot, or what it wants of one
        double threshold = open ? Root(p, listener, survivors, slots, low, best.Ceiling(slots)) : low, kth = best.Kth(slots), cut = kth > threshold ? kth : threshold;
        if (open & kth == 0) cut = Cut(listener, survivors, slots, cut, best.Ceiling(slots));
        bound += BestSum(listener, survivors, slots, cut);
        for (int i = 0; i < survivors.Count; i++) Choose(p, listener, survivors.Column(i), survivors.Value(i), threshold, ref linear, ref square);
        for (int column = survivors.End; column < listener.Columns; column++)
            Choose(p, listener, column, listener.Read(column), threshold, ref linear, ref square);
    }

    private static void Choose(OracleParameters p, Listener listener, int column, double r, double threshold, ref double linear, ref double square)
    {
        double raw = (r - threshold) * p.InverseSmoothing, x = raw < 1 ? raw : 1;
        if (x <= 0) return;
        linear += r * x;
        square += x * x;
        listener.Scatter(column, x);
    }

    /// <summary>
    /// The root of Σ clip((r − τ)/γ, 0, 1) = k between two bounds: Newton inside the bracket, halving elsewhere. It starts a little above the
    /// lower bound, where the k-th best is no longer whole, and its slope therefore counts.
    /// </summary>
    private static double Root(OracleParameters p, Listener listener, Survivors survivors, int slots, double low, double high)
    {
        double start = high - p.Smoothing, threshold = start > low & slots > 1 ? start : low, slack = slots * Tolerance;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            double fractions = 0;
            int fractional = 0, whole = 0;
            for (int i = 0; i < survivors.Count; i++) Add(survivors.Value(i) - threshold, p.Smoothing, ref fractions, ref fractional, ref whole);
            for (int column = survivors.End; column < listener.Columns; column++)
                Add(listener.Read(column) - threshold, p.Smoothing, ref fractions, ref fractional, ref whole);
            double excess = fractions * p.InverseSmoothing + (whole - slots);
            bool above = excess > slack, below = excess < -slack && threshold > low; // below at the lower bound: the slots are not used up
            if (!(above || below) || low >= high) break;
            low = above ? threshold : low;
            high = above ? high : threshold;
            double newton = threshold + excess * p.Smoothing / (fractional > 0 ? fractional : 1);
            double moved = fractional > 0 && newton > low && newton < high ? newton : (low + high) * 0.5;
            if (moved == threshold) break; // the end of the arithmetic's resolution
            threshold = moved;
        }
        return threshold;
    }

    private static void Add(double above, double smoothing, ref double fractions, ref int fractional, ref int whole)
    {
        bool inside = above > 0 & above < smoothing;
        fractions += inside ? above : 0;
        fractional += inside ? 1 : 0;
        whole += above >= smoothing ? 1 : 0;
    }

    /// <summary>A cut with as many values above it as there are slots, or a lower one near it, by halving: the k-th best value, where it is not known.</summary>
    private static double Cut(Listener listener, Survivors survivors, int slots, double low, double high)
    {
        for (int halving = 0; halving < HalvingsMax; halving++)
        {
            double middle = (low + high) * 0.5;
            int count = 0;
            for (int i = 0; i < survivors.Count; i++) count += survivors.Value(i) > middle ? 1 : 0;
            for (int column = survivors.End; column < listener.Columns; column++) count += listener.Read(column) > middle ? 1 : 0;
            low = count >= slots ? middle : low;
            high = count < slots ? middle : high;
            if (count == slots) break;
        }
        return low;
    }

    /// <summary>max { r · x : x in P } = min over c ≥ 0 of k·c + Σ max(r − c, 0), attained where at most k values lie above c.</summary>
    private static double BestSum(Listener listener, Survivors survivors, int slots, double cut)
    {
        double sum = 0;
        for (bool open = listener.Columns > 0; open;)
        {
            int count = 0;
            double next = double.PositiveInfinity;
            sum = slots * cut;
            for (int i = 0; i < survivors.Count; i++) Above(survivors.Value(i), cut, ref sum, ref next, ref count);
            for (int column = survivors.End; column < listener.Columns; column++) Above(listener.Read(column), cut, ref sum, ref next, ref count);
            open = count > slots; // every round passes at least one value
            cut = next;
        }
        return sum;
    }

    private static void Above(double r, double cut, ref double sum, ref double next, ref int count)
    {
        bool above = r > cut;
        count += above ? 1 : 0;
        sum += above ? r - cut : 0;
        next = above & r < next ? r : next;
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
}
