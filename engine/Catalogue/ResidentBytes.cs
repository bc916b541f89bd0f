using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>A copy of bytes of a file in memory of its own, on huge pages where the system has them.</summary>
/// <remarks>
/// A scan that waits for memory reads a mapped file slower: its pages lie anywhere, one by one, and every 4 KiB the
/// processor must look up where the next one is.
/// </remarks>
internal sealed unsafe partial class ResidentBytes : IDisposable
{
    private const int HugePageBytes = 2 << 20, CacheLineBytes = 64;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private readonly int _length;
    private byte* _start;

    /// <param name="source">copied</param>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public ResidentBytes(ReadOnlySpan<byte> source)
    {
        _length = source.Length;
        bool fillsPages = _length >= HugePageBytes;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)_length, (nuint)(fillsPages ? HugePageBytes : CacheLineBytes));
        // Before the first touch. What the system refuses costs speed and nothing else.
        if (fillsPages && OperatingSystem.IsLinux()) Advise((nint)_start, (nuint)_length, AdviseHugePages);
        source.CopyTo(new Span<byte>(_start, _length)); // SAFETY: _length bytes were allocated
    }

    /// <summary>The bytes, from a 64-byte boundary on. They must not be used after Dispose.</summary>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_start is null, this);
            return new(_start, _length); // SAFETY: as above, and not yet freed
        }
    }

    // No finaliser: a span does not keep its owner alive, and a forgotten copy stays instead of vanishing under a reader.
    public void Dispose()
    {
        NativeMemory.AlignedFree(_start); // of null too
        _start = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint bytes, int advice);
}
