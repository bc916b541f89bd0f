using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Memory of a fixed size that never moves; requests that are copied put their lists here, one after the other.</summary>
internal sealed class PinnedColumn<T>(int capacity) where T : unmanaged
{
    private readonly T[] _values = GC.AllocateArray<T>(capacity, pinned: true);
    private int _count;

    /// <summary>Copies values behind those already here; the caller has made sure that there is room.</summary>
    public PinnedSpan<T> Append(ReadOnlySpan<T> values)
    {
        if (values.IsEmpty) return default;
        values.CopyTo(_values.AsSpan(_count)); // throws rather than writes past the end
        var span = new PinnedSpan<T>(Marshal.UnsafeAddrOfPinnedArrayElement(_values, _count), values.Length);
        _count += values.Length;
        return span;
    }

    public void Clear() => _count = 0;
}
