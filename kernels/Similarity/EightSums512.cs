using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>Eight accumulators in one 512-bit register.</summary>
internal readonly struct EightSums512 : IEightSums<EightSums512>
{
    private readonly Vector512<double> _sums;

    private EightSums512(Vector512<double> sums) => _sums = sums;

    public static EightSums512 MultiplyAdd(EightSums512 sums, ref double query, ref float row)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref row));
        return new(Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref query), Vector512.Create(low, high), sums._sums));
    }

    public static void Store(EightSums512 sums, ref double destination) => sums._sums.StoreUnsafe(ref destination);

    public static double Reduce(EightSums512 sums)
    {
        Vector256<double> four = sums._sums.GetLower() + sums._sums.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
