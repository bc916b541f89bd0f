using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>Eight accumulators in four 128-bit registers (Arm, and x64 without AVX).</summary>
internal readonly struct EightSums128 : IEightSums<EightSums128>
{
    private readonly Vector128<double> _sums01, _sums23, _sums45, _sums67;

    private EightSums128(Vector128<double> sums01, Vector128<double> sums23, Vector128<double> sums45, Vector128<double> sums67) =>
        (_sums01, _sums23, _sums45, _sums67) = (sums01, sums23, sums45, sums67);

    public static EightSums128 MultiplyAdd(EightSums128 sums, ref double query, ref float row)
    {
        (Vector128<double> row01, Vector128<double> row23) = Vector128.Widen(Vector128.LoadUnsafe(ref row));
        (Vector128<double> row45, Vector128<double> row67) = Vector128.Widen(Vector128.LoadUnsafe(ref row, 4));
        return new(sums._sums01 + (Vector128.LoadUnsafe(ref query) * row01), sums._sums23 + (Vector128.LoadUnsafe(ref query, 2) * row23),
            sums._sums45 + (Vector128.LoadUnsafe(ref query, 4) * row45), sums._sums67 + (Vector128.LoadUnsafe(ref query, 6) * row67));
    }

    public static void Store(EightSums128 sums, ref double destination)
    {
        sums._sums01.StoreUnsafe(ref destination);
        sums._sums23.StoreUnsafe(ref destination, 2);
        sums._sums45.StoreUnsafe(ref destination, 4);
        sums._sums67.StoreUnsafe(ref destination, 6);
    }

    public static double Reduce(EightSums128 sums)
    {
        Vector128<double> two = (sums._sums01 + sums._sums45) + (sums._sums23 + sums._sums67);
        return two[0] + two[1];
    }
}
