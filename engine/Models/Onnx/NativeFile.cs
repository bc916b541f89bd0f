using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>A whole file in unmanaged memory, of any size; freed as soon as the runtime has taken what it needs.</summary>
internal sealed unsafe class NativeFile : IDisposable
{
    private const int ReadBytes = 128 << 10; // a kernel that does not preempt itself copied 4.7 MB in one call of 2 ms, while threads that serve waited for the core

    private byte* _bytes;

    private NativeFile(byte* bytes, long length)
    {
        _bytes = bytes;
        Length = length;
    }

    ~NativeFile() => Free();

    public long Length { get; }

    public nint Address => (nint)_bytes;

    /// <summary>The bytes of a file of at most 2³¹ of them; not to be used once this is disposed.</summary>
    // SAFETY: the memory holds Length bytes until it is freed.
    public ReadOnlySpan<byte> Span => new(_bytes, checked((int)Length));

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NativeFile Read(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        long length = RandomAccess.GetLength(handle);
        var file = new NativeFile((byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1)), length);
        try
        {
            for (long at = 0; at < length;)
            {
                // SAFETY: at < length, and the memory holds length bytes.
                int got = RandomAccess.Read(handle, new Span<byte>(file._bytes + at, (int)Math.Min(length - at, ReadBytes)), at);
                if (got == 0) throw new IOException($"ends at byte {at} of {length}");
                at += got;
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
    }
}
