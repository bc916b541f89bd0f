using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels;

/// <summary>Finds values that are not numbers: they are refused at the door, so that no kernel has to think of them.</summary>
internal static class FiniteCheck
{
    private const uint ExponentMask = 0x7F80_0000;

    /// <summary>Index of the first NaN or infinity, −1 if every value is finite.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values); // an exponent of all ones is infinity or NaN
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> mask = Vector256.Create(ExponentMask);
            for (; i <= bits.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            {
                Vector256<uint> found = Vector256.Equals(Vector256.Create(bits[i..]) & mask, mask);
                if (found != Vector256<uint>.Zero)
                    return i + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
            }
        }
        for (; i < bits.Length; i++)
            if ((bits[i] & ExponentMask) == ExponentMask)
                return i;
        return -1;
    }
}
