using ILGPU;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// The best of many reduced values, by the upper halves of their doubles: integers that order as the positive values do, in one instruction
/// each. A device has none for the larger of two doubles.
/// </summary>
internal struct BestKeys
{
    private int _first, _second, _third; // of the most slots that there usually are; 0 where none is positive

    /// <summary>Takes a value into account; selections and not branches, so that lanes stay together.</summary>
    public void Take(double r, bool counts)
    {
        int key = counts ? (int)(Interop.FloatAsInt(r) >> 32) : 0; // below 0 for a negative value
        _third = IntrinsicMath.Max(_third, IntrinsicMath.Min(_second, key));
        _second = IntrinsicMath.Max(_second, IntrinsicMath.Min(_first, key));
        _first = IntrinsicMath.Max(_first, key);
    }

    /// <summary>The k-th best value, or up to 2⁻²⁰ of it less; 0 where it is not positive or not known.</summary>
    public readonly double Kth(int k) => Floor(Key(k, 0));

    /// <summary>Not below the k-th best value, up to 2⁻²⁰ of it above; of the best, where the k-th is not known.</summary>
    public readonly double Ceiling(int k) => Floor(Key(k, _first) + 1);

    /// <summary>A lower bound of the threshold τ ≥ 0 for k slots.</summary>
    /// <remarks>
    /// At γ below the k-th best the slots are filled. One slot is shared by the best: τ is the largest of (r₁ + … + r_j − γ) / j (Held, Wolfe and
    /// Crowder 1974, the projection on a simplex), and what the best three give is a bound.
    /// </remarks>
    public readonly double Threshold(int k, double smoothing)
    {
        double low = Larger(Kth(k) - smoothing, 0);
        if (k != 1) return low;
        double two = Floor(_first) + Floor(_second) - smoothing, three = two + Floor(_third);
        return Larger(low, Larger(two * 0.5, three * (1.0 / 3)));
    }

    private readonly int Key(int k, int other) => k == 1 ? _first : k == 2 ? _second : k == 3 ? _third : other;

    private static double Larger(double a, double b) => a > b ? a : b;

    private static double Floor(int key) => Interop.IntAsFloat((ulong)key << 32);
}
