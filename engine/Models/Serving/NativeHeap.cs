using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Gives freed native memory back to the system.</summary>
internal static partial class NativeHeap
{
    private static bool _cannot = !OperatingSystem.IsLinux();

    /// <summary>
    /// glibc keeps what was freed once blocks of that size have been freed before: ten versions of a model of 4.7 MB left 50 MB behind. Not for
    /// threads that serve: it may take milliseconds.
    /// </summary>
    public static void Trim()
    {
        if (_cannot) return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            _cannot = true; // musl, which keeps little
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
