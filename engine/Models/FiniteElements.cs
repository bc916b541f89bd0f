using System.Runtime.InteropServices;
using Rubato.Kernels;

namespace Rubato;

/// <summary>Looks for NaN and infinity in tensors of floating-point numbers.</summary>
internal static class FiniteElements
{
    /// <summary>The first element that is NaN or infinite; -1 for none, and for elements that cannot be.</summary>
    public static int FirstNonFinite(ModelElementType element, ReadOnlySpan<byte> data) => element switch
    {
        ModelElementType.Float32 => FiniteCheck.FirstNonFinite(MemoryMarshal.Cast<byte, float>(data)),
        ModelElementType.Float64 => First<double>(data, double.IsFinite),
        ModelElementType.Float16 => First<Half>(data, Half.IsFinite),
        _ => -1,
    };

    private static int First<T>(ReadOnlySpan<byte> data, Func<T, bool> isFinite) where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(data);
        for (int i = 0; i < values.Length; i++)
            if (!isFinite(values[i])) return i;
        return -1;
    }
}
