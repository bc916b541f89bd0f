using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>A pinned array that grows, addressed at a 64-byte boundary: scratch memory of machine code.</summary>
internal sealed unsafe class PinnedBuffer
{
    private byte[] _bytes = [];

    /// <summary>Memory for a number of values; earlier addresses may have become invalid.</summary>
    public T* Reserve<T>(long count) where T : unmanaged
    {
        long bytes = checked(count * sizeof(T) + 64);
        if (_bytes.Length < bytes)
            _bytes = GC.AllocateUninitializedArray<byte>(checked((int)Math.Max(bytes, Math.Min(2L * _bytes.Length, Array.MaxLength))), pinned: true);
        return Current<T>();
    }

    /// <summary>The memory of the last reservation.</summary>
    public T* Current<T>() where T : unmanaged
    {
        // SAFETY: the array is pinned and lives as long as this object; aligning leaves at least bytes − 63 >= count · sizeof(T)
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        return (T*)((address + 63) & ~(nint)63);
    }
}
