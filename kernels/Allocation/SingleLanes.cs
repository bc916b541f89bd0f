using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Allocation;

internal readonly unsafe struct SingleLanes : ILanes<float>
{
    public static float From(double value) => (float)value;

    public static double ToDouble(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<float> values)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(values);
        return Vector256.Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gather(float* prices, ushort* campaigns) => Avx2.IsSupported
        ? Avx2.GatherVector256(prices, Avx2.ConvertToVector256Int32(campaigns), sizeof(float))
        : Vector256.Create(prices[campaigns[0]], prices[campaigns[1]], prices[campaigns[2]], prices[campaigns[3]],
            prices[campaigns[4]], prices[campaigns[5]], prices[campaigns[6]], prices[campaigns[7]]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gather(float* prices, int* cohorts) => Vector256.Create(prices[cohorts[0]], prices[cohorts[1]],
        prices[cohorts[2]], prices[cohorts[3]], prices[cohorts[4]], prices[cohorts[5]], prices[cohorts[6]], prices[cohorts[7]]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Convert(int* slots) => Vector256.ConvertToSingle(Vector256.Load(slots));

    public static ReadOnlySpan<float> Budget(OraclePrices prices) => prices.BudgetSingle;

    public static ReadOnlySpan<float> Offset(OraclePrices prices) => prices.OffsetSingle;

    public static ReadOnlySpan<float> Cohort(OraclePrices prices) => prices.CohortSingle;

    public static Span<float> Reduced(OracleSums sums) => sums.ReducedSingle;
}
