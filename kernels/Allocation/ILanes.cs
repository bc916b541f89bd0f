using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>What the vector oracle needs beyond arithmetic, per precision: 256 bits hold 8 listeners in single and 4 in double.</summary>
internal unsafe interface ILanes<T> where T : unmanaged
{
    static abstract T From(double value);

    static abstract double ToDouble(T value);

    static abstract double Sum(Vector256<T> values);

    /// <summary>a · b + c.</summary>
    static abstract Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c);

    /// <summary>Edge data of one column.</summary>
    static abstract Vector256<T> Load(float* source);

    /// <summary>prices[campaigns[lane]] for one column.</summary>
    static abstract Vector256<T> Gather(T* prices, ushort* campaigns);

    static abstract Vector256<T> Gather(T* prices, int* cohorts);

    static abstract Vector256<T> Convert(int* slots);

    static abstract ReadOnlySpan<T> Budget(OraclePrices prices);

    static abstract ReadOnlySpan<T> Offset(OraclePrices prices);

    static abstract ReadOnlySpan<T> Cohort(OraclePrices prices);

    static abstract Span<T> Reduced(OracleSums sums);
}
