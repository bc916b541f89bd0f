using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>128-bit registers by widening to 16 bits; Arm by its dot product of signed bytes, where it has it.</summary>
internal readonly struct CodeDot128 : ICodeDot<Vector128<int>>
{
    public static int Count => Vector128<byte>.Count;

    public static Vector128<int> MultiplyAdd(Vector128<int> sums, ref byte row, ref sbyte query, nint offset)
    {
        Vector128<byte> codes = Vector128.LoadUnsafe(ref Unsafe.Add(ref row, offset));
        Vector128<sbyte> q = Vector128.LoadUnsafe(ref Unsafe.Add(ref query, offset));
        // Flipping the top bit turns code into code − 128; the caller's first sum expects the offset, 128 · Σ q, put back here.
        if (Dp.IsSupported)
            return Dp.DotProduct(sums, (codes ^ Vector128.Create((byte)128)).AsSByte(), q)
                - Dp.DotProduct(Vector128<int>.Zero, Vector128.Create((sbyte)-128), q);
        (Vector128<short> q0, Vector128<short> q1) = Vector128.Widen(q);
        (Vector128<ushort> x0, Vector128<ushort> x1) = Vector128.Widen(codes);
        if (Sse2.IsSupported)
            return sums + Sse2.MultiplyAddAdjacent(x0.AsInt16(), q0) + Sse2.MultiplyAddAdjacent(x1.AsInt16(), q1);
        if (AdvSimd.IsSupported)
        {
            sums = AdvSimd.MultiplyWideningLowerAndAdd(sums, x0.AsInt16().GetLower(), q0.GetLower());
            sums = AdvSimd.MultiplyWideningLowerAndAdd(sums, x0.AsInt16().GetUpper(), q0.GetUpper());
            sums = AdvSimd.MultiplyWideningLowerAndAdd(sums, x1.AsInt16().GetLower(), q1.GetLower());
            return AdvSimd.MultiplyWideningLowerAndAdd(sums, x1.AsInt16().GetUpper(), q1.GetUpper());
        }
        return sums + Products(x0, q0) + Products(x1, q1);
    }

    public static Vector128<int> Sum4(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d)
    {
        if (Ssse3.IsSupported)
            return Ssse3.HorizontalAdd(Ssse3.HorizontalAdd(a, b), Ssse3.HorizontalAdd(c, d));
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
        return Vector128.Create(Vector128.Sum(a), Vector128.Sum(b), Vector128.Sum(c), Vector128.Sum(d));
    }

    private static Vector128<int> Products(Vector128<ushort> x, Vector128<short> q)
    {
        (Vector128<int> x0, Vector128<int> x1) = Vector128.Widen(x.AsInt16());
        (Vector128<int> q0, Vector128<int> q1) = Vector128.Widen(q);
        return (x0 * q0) + (x1 * q1);
    }
}
