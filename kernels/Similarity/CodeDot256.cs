using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>256-bit registers by widening to 16 bits: AVX2. (Its byte product, vpmaddubsw, saturates with codes above 128.)</summary>
internal readonly struct CodeDot256 : ICodeDot<Vector256<int>>
{
    public static int Count => Vector256<byte>.Count;

    public static Vector256<int> MultiplyAdd(Vector256<int> sums, ref byte row, ref sbyte query, nint offset)
    {
        Vector256<byte> codes = Vector256.LoadUnsafe(ref Unsafe.Add(ref row, offset));
        Vector256<sbyte> q = Vector256.LoadUnsafe(ref Unsafe.Add(ref query, offset));
        return sums
            + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetLower()), Avx2.ConvertToVector256Int16(q.GetLower()))
            + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetUpper()), Avx2.ConvertToVector256Int16(q.GetUpper()));
    }

    public static Vector128<int> Sum4(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d) =>
        CodeDot128.Sum4(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
}
