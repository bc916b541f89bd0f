using System.Numerics;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>NaN and infinity are turned away at the door, so that no stage behind it has to think of them.</summary>
internal static class FiniteValues
{
    private const uint ExponentMask = 0x7F80_0000;

    /// <summary>Index of the first NaN or infinity, or −1.</summary>
    public static int IndexOfFirstNonFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        int start = 0;
        var mask = new Vector<uint>(ExponentMask); // all exponent bits set: NaN or infinity
        while (start <= bits.Length - Vector<uint>.Count
            && !Vector.EqualsAny(new Vector<uint>(bits[start..]) & mask, mask)) start += Vector<uint>.Count;
        for (int i = start; i < bits.Length; i++)
            if ((bits[i] & ExponentMask) == ExponentMask) return i;
        return -1;
    }
}
