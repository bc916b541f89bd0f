using System.Runtime.InteropServices;

namespace Rubato.Kernels.Native;

/// <summary>The system calls behind executable memory and the tile registers: declarations and nothing else.</summary>
internal static partial class LinuxApi
{
    public const int ProtectRead = 1, ProtectWrite = 2, ProtectExecute = 4, MapPrivateAnonymous = 0x22;

    /// <summary>Number of arch_prctl on x64, which libc does not export.</summary>
    public const nint ArchPrctl = 158;

    /// <summary>ARCH_REQ_XCOMP_PERM with the feature number of the tile data registers.</summary>
    public const nint RequestPermission = 0x1023, TileData = 18;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "syscall")]
    public static partial nint SystemCall(nint number, nint argument0, nint argument1);
}
