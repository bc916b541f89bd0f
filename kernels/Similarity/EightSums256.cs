using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>Eight accumulators in two 256-bit registers.</summary>
internal readonly struct EightSums256 : IEightSums<EightSums256>
{
    private readonly Vector256<double> _low, _high;

    private EightSums256(Vector256<double> low, Vector256<double> high) => (_low, _high) = (low, high);

    public static EightSums256 MultiplyAdd(EightSums256 sums, ref double query, ref float row)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref row));
        return new(Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref query), low, sums._low),
            Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref query, 4), high, sums._high));
    }

    public static void Store(EightSums256 sums, ref double destination)
    {
        sums._low.StoreUnsafe(ref destination);
        sums._high.StoreUnsafe(ref destination, 4);
    }

    public static double Reduce(EightSums256 sums)
    {
        Vector256<double> four = sums._low + sums._high;
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
