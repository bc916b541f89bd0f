using System.Runtime.InteropServices;

namespace Rubato.Tests.Support;

/// <summary>The Linux system calls behind <see cref="GuardedBuffer{T}"/>.</summary>
internal static partial class GuardPages
{
    public const int NoAccess = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    [LibraryImport("libc", EntryPoint = "mmap")]
    public static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Protect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint bytes);
}
