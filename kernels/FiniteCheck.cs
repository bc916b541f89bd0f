using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels;

/// <summary>Finds values that are not numbers: they are refused at the door, so that no kernel has to think of them.</summary>
internal static class FiniteCheck
{
    private const uint ExponentMask = 0x7F80_0000, SignMask = 0x8000_0000;

    /// <summary>Index of the first NaN or infinity, −1 if every value is finite.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values) => FirstInfinite(values, ExponentMask); // an exponent of all ones is either

    /// <summary>Index of the first infinity, −1 if every value is finite or NaN.</summary>
    public static int FirstInfinite(ReadOnlySpan<float> values) => FirstInfinite(values, ~SignMask); // and a fraction of zeros

    // The first value that has the bits of infinity where the mask has ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // so that the mask is a constant
    private static int FirstInfinite(ReadOnlySpan<float> values, uint mask)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> masks = Vector256.Create(mask), infinity = Vector256.Create(ExponentMask);
            for (; i <= bits.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            {
                Vector256<uint> found = Vector256.Equals(Vector256.Create(bits[i..]) & masks, infinity);
                if (found != Vector256<uint>.Zero)
                    return i + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
            }
        }
        for (; i < bits.Length; i++)
            if ((bits[i] & mask) == ExponentMask)
                return i;
        return -1;
    }
}
