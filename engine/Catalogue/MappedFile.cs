using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Rubato;

/// <summary>A whole file mapped for reading.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    /// <exception cref="CatalogueException">The file is missing, empty, or not to be mapped.</exception>
    public MappedFile(string path)
    {
        try
        {
            Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
            try
            {
                Length = RandomAccess.GetLength(handle);
                if (Length == 0) throw new CatalogueException(path, $"header: the file is empty (expected at least {SnapshotHeader.FixedBytes} bytes)");
                _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _file?.Dispose();
            throw new CatalogueException(path, CatalogueException.Describe(failure), failure);
        }
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        // A span does not keep its owner alive. Without a finaliser a forgotten file stays mapped instead of vanishing under a reader.
        GC.SuppressFinalize(_view.SafeMemoryMappedViewHandle);
    }

    public long Length { get; }

    /// <summary>A part of the file. The span must not be used after Dispose.</summary>
    public ReadOnlySpan<T> Span<T>(long offset, int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        if (offset < 0 || count < 0 || (long)count * sizeof(T) > Length - offset) ThrowOutside();
        return new ReadOnlySpan<T>(_start + offset, count); // SAFETY: offset + count · sizeof(T) <= Length, the bytes mapped
    }

    public void Dispose()
    {
        if (_start is null) return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowOutside() => throw new ArgumentOutOfRangeException("offset", "outside the mapped file");
}
