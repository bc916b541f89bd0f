using System.Runtime.CompilerServices;

namespace Rubato.Tests.Support;

/// <summary>Values between two pages without access: reading or writing one element too many ends the process instead of passing.</summary>
public sealed unsafe class GuardedBuffer<T> : IDisposable where T : unmanaged
{
    private readonly nint _mapping;
    private readonly nuint _mappingBytes;
    private readonly T* _values;
    private readonly int _count;

    /// <param name="source">copied</param>
    /// <param name="atEnd">whether the values end at the guard page behind them; otherwise they start at the one before them</param>
    public GuardedBuffer(ReadOnlySpan<T> source, bool atEnd = true)
    {
        nuint page = (nuint)Environment.SystemPageSize, bytes = (nuint)source.Length * (nuint)Unsafe.SizeOf<T>();
        nuint whole = (bytes + page - 1) / page * page;
        _mappingBytes = whole + 2 * page;
        _mapping = GuardPages.Map(0, _mappingBytes, GuardPages.NoAccess, GuardPages.PrivateAnonymous, -1, 0);
        if (_mapping == -1 || (whole > 0 && GuardPages.Protect(_mapping + (nint)page, whole, GuardPages.ReadWrite) != 0))
            throw new InvalidOperationException("cannot map guarded memory");
        _values = (T*)(_mapping + (nint)page + (nint)(atEnd ? whole - bytes : 0));
        _count = source.Length;
        source.CopyTo(Span);
    }

    /// <summary>Guarded pages are set up with Linux system calls.</summary>
    public static bool Supported => OperatingSystem.IsLinux();

    /// <summary>The values.</summary>
    public Span<T> Span => new(_values, _count); // SAFETY: the mapping holds _count values from _values on until Dispose

    public void Dispose() => _ = GuardPages.Unmap(_mapping, _mappingBytes);
}
