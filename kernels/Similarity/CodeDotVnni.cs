using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>256-bit registers with the byte dot product of AVX-VNNI.</summary>
internal readonly struct CodeDotVnni : ICodeDot<Vector256<int>>
{
    public static int Count => Vector256<byte>.Count;

    public static Vector256<int> MultiplyAdd(Vector256<int> sums, ref byte row, ref sbyte query, nint offset) =>
        AvxVnni.MultiplyWideningAndAdd(
            sums, Vector256.LoadUnsafe(ref Unsafe.Add(ref row, offset)), Vector256.LoadUnsafe(ref Unsafe.Add(ref query, offset)));

    public static Vector128<int> Sum4(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d) => CodeDot256.Sum4(a, b, c, d);
}
