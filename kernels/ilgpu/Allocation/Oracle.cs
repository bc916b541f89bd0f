using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// <c>oracle</c>: a thread to a listener, sixteen listeners to a slice, so that the threads of a slice read 64 bytes of a column together.
/// Device memory is read once, four columns at a time; what follows works on the reduced values that are kept, and of those on the candidates:
/// one bit for each column whose value lies above all that the threshold can still become.
/// </summary>
internal static class Oracle
{
    public const int BlockThreads = 128, Height = 16;

    private const int IterationsMax = 64;

    private const double Tolerance = 1e-14; // of Σ x, a few roundings

    public static void Kernel(OracleParameters p)
    {
        ArrayView<double> kept = SharedMemory.Allocate<double>(Listener.KeptColumns * BlockThreads);
        int slice = p.FirstSlice + Grid.IdxX * (BlockThreads / Height) + Group.IdxX / Height;
        bool used = slice < p.EndSlice;
        int place = IntrinsicMath.Min(slice, p.EndSlice - 1), index = place * Height + Group.IdxX % Height;
        int start = Device.Int(p.Starts, place), columns = used ? (Device.Int(p.Starts, place + 1) - start) / Height : 0;
        var listener = new Listener(p, start + Group.IdxX % Height, columns, index, kept);
        int slots = Device.Int(p.Slots, index), bestColumn = 0;
        uint candidates = 0;
        double best = double.NegativeInfinity, second = best, third = best; // those of the most slots that there usually are
        for (int column = 0; column < columns; column += 4)
        {
            double r0 = listener.Read(column), r1 = listener.Read(column + 1), r2 = listener.Read(column + 2), r3 = listener.Read(column + 3);
            listener.Keep(column, r0, ref candidates);
            listener.Keep(column + 1, r1, ref candidates);
            listener.Keep(column + 2, r2, ref candidates);
            listener.Keep(column + 3, r3, ref candidates);
            Take(r0, column, columns, ref best, ref second, ref third, ref bestColumn);
            Take(r1, column + 1, columns, ref best, ref second, ref third, ref bestColumn);
            Take(r2, column + 2, columns, ref best, ref second, ref third, ref bestColumn);
            Take(r3, column + 3, columns, ref best, ref second, ref third, ref bestColumn);
        }
        // At γ below the k-th best value the slots are filled: the threshold lies there or above.
        double kth = slots == 1 ? best : slots == 2 ? second : slots == 3 ? third : 0, threshold = IntrinsicMath.Max(kth - p.Smoothing, 0.0);
        bool alone = slots == 1 && second <= threshold; // then the threshold is exact already, and nothing but the best is chosen
        if (!alone) threshold = Root(p, listener, slots, threshold, IntrinsicMath.Max(best, threshold), ref candidates);
        double bound = slots == 1 ? IntrinsicMath.Max(best, 0.0) : BestSum(listener, slots, threshold, candidates);
        double linear = 0, square = 0, inverse = 1 / p.Smoothing;
        if (alone)
        {
            if (best > threshold) Choose(listener, bestColumn, best, threshold, inverse, ref linear, ref square);
        }
        else
        {
            for (uint rest = candidates; rest != 0; rest &= rest - 1)
                Choose(listener, Listener.Column(rest), listener.Lowest(rest), threshold, inverse, ref linear, ref square);
            for (int column = Listener.KeptColumns; column < columns; column++)
                Choose(listener, column, listener.Read(column), threshold, inverse, ref linear, ref square);
        }
        BlockSums(p, bound, linear, square);
    }

    private static void Choose(Listener listener, int column, double r, double threshold, double inverse, ref double linear, ref double square)
    {
        double x = IntrinsicMath.Min((r - threshold) * inverse, 1.0);
        if (x <= 0) return;
        linear += r * x;
        square += x * x;
        listener.Scatter(column, x);
    }

    private static void Take(double r, int column, int columns, ref double best, ref double second, ref double third, ref int bestColumn)
    {
        double value = column < columns ? r : double.NegativeInfinity; // selections, not branches: lanes stay together
        third = IntrinsicMath.Max(third, IntrinsicMath.Min(second, value));
        second = IntrinsicMath.Max(second, IntrinsicMath.Min(best, value));
        bestColumn = value > best ? column : bestColumn;
        best = IntrinsicMath.Max(best, value);
    }

    /// <summary>The root of Σ clip((r − τ)/γ, 0, 1) = k between two bounds: Newton inside the bracket, halving elsewhere.</summary>
    private static double Root(OracleParameters p, Listener listener, int slots, double low, double high, ref uint candidates)
    {
        double threshold = low, inverse = 1 / p.Smoothing, slack = slots * Tolerance;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            double sum = 0;
            int fractional = 0;
            uint positive = 0;
            for (uint rest = candidates; rest != 0; rest &= rest - 1)
            {
                double raw = (listener.Lowest(rest) - threshold) * inverse;
                positive |= raw > 0 ? rest & (0 - rest) : 0;
                Add(raw, ref sum, ref fractional);
            }
            for (int column = Listener.KeptColumns; column < listener.Columns; column++)
                Add((listener.Read(column) - threshold) * inverse, ref sum, ref fractional);
            if (iteration == 0) candidates = positive; // the others add nothing at the lower bound, nor at a higher threshold
            double excess = sum - slots;
            bool above = excess > slack, below = excess < -slack && iteration > 0; // below at first: the slots are not used up
            if (!(above || below) || low >= high) break;
            if (above)
            {
                low = threshold;
                candidates = positive;
            }
            else high = threshold;
            double newton = threshold + excess * p.Smoothing / IntrinsicMath.Max(fractional, 1);
            double moved = fractional > 0 && newton > low && newton < high ? newton : (low + high) * 0.5;
            if (moved == threshold) break; // the end of the arithmetic's resolution
            threshold = moved;
        }
        return threshold;
    }

    private static void Add(double raw, ref double sum, ref int fractional)
    {
        sum += IntrinsicMath.Min(IntrinsicMath.Max(raw, 0.0), 1.0);
        fractional += raw > 0 & raw < 1 ? 1 : 0;
    }

    /// <summary>max { r · x : x in P } = min over c ≥ 0 of k·c + Σ max(r − c, 0), attained where at most k values lie above c.</summary>
    private static double BestSum(Listener listener, int slots, double cut, uint candidates)
    {
        double sum = 0;
        for (bool open = listener.Columns > 0; open;)
        {
            int count = 0;
            double next = double.PositiveInfinity;
            sum = slots * cut;
            for (uint rest = candidates; rest != 0; rest &= rest - 1) Above(listener.Lowest(rest), cut, ref sum, ref next, ref count);
            for (int column = Listener.KeptColumns; column < listener.Columns; column++) Above(listener.Read(column), cut, ref sum, ref next, ref count);
            open = count > slots; // every round passes at least one value
            if (open) cut = next;
        }
        return sum;
    }

    private static void Above(double r, double cut, ref double sum, ref double next, ref int count)
    {
        bool above = r > cut;
        count += above ? 1 : 0;
        sum += above ? r - cut : 0;
        next = above ? IntrinsicMath.Min(next, r) : next;
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
