using System.Runtime.InteropServices;
using Rubato.Kernels;

namespace Rubato;

/// <summary>Looks for NaN and infinity in tensors of floating-point numbers.</summary>
internal static class FiniteElements
{
    /// <summary>Whether elements can be NaN or infinite.</summary>
    public static bool Concern(ModelElementType element) =>
        element is ModelElementType.Float16 or ModelElementType.Float32 or ModelElementType.Float64 or ModelElementType.BFloat16;

    /// <summary>The first element that is NaN or infinite; -1 for none, and for elements that cannot be.</summary>
    public static int FirstNonFinite(ModelElementType element, ReadOnlySpan<byte> data) => element switch
    {
        ModelElementType.Float32 => FiniteCheck.FirstNonFinite(MemoryMarshal.Cast<byte, float>(data)),
        ModelElementType.Float64 => First<double>(data, value => !double.IsFinite(value)),
        ModelElementType.Float16 => First<Half>(data, value => !Half.IsFinite(value)),
        ModelElementType.BFloat16 => First<ushort>(data, value => (value & 0x7F80) == 0x7F80), // as in a single, whose upper half it is
        _ => -1,
    };

    /// <summary>The first element that is infinite; -1 for none, and for elements that cannot be.</summary>
    public static int FirstInfinite(ModelElementType element, ReadOnlySpan<byte> data) => element switch
    {
        ModelElementType.Float32 => FiniteCheck.FirstInfinite(MemoryMarshal.Cast<byte, float>(data)),
        ModelElementType.Float64 => First<double>(data, double.IsInfinity),
        ModelElementType.Float16 => First<Half>(data, Half.IsInfinity),
        ModelElementType.BFloat16 => First<ushort>(data, value => (value & 0x7FFF) == 0x7F80),
        _ => -1,
    };

    private static int First<T>(ReadOnlySpan<byte> data, Func<T, bool> isSought) where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(data);
        for (int i = 0; i < values.Length; i++)
            if (isSought(values[i])) return i;
        return -1;
    }
}
