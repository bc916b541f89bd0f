using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Allocation;

internal readonly unsafe struct DoubleLanes : ILanes<double>
{
    public static double From(double value) => value;

    public static double ToDouble(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<double> values) => Vector256.Sum(values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(float* source) => Avx.IsSupported
        ? Avx.ConvertToVector256Double(Vector128.Load(source))
        : Vector256.Create(source[0], source[1], source[2], (double)source[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Gather(double* prices, ushort* campaigns) => Avx2.IsSupported
        ? Avx2.GatherVector256(prices, Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)campaigns).AsUInt16()).AsInt32(), sizeof(double))
        : Vector256.Create(prices[campaigns[0]], prices[campaigns[1]], prices[campaigns[2]], prices[campaigns[3]]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Gather(double* prices, int* cohorts) =>
        Vector256.Create(prices[cohorts[0]], prices[cohorts[1]], prices[cohorts[2]], prices[cohorts[3]]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Convert(int* slots) => Vector256.Create(slots[0], slots[1], slots[2], (double)slots[3]);

    public static ReadOnlySpan<double> Budget(OraclePrices prices) => prices.Budget;

    public static ReadOnlySpan<double> Offset(OraclePrices prices) => prices.Offset;

    public static ReadOnlySpan<double> Cohort(OraclePrices prices) => prices.Cohort;

    public static Span<double> Reduced(OracleSums sums) => sums.Reduced;
}
