using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Makes the calling thread yield to those that serve. .NET's own thread priorities do nothing on Linux.</summary>
internal static partial class ThreadPriorities
{
    // A tenth of the weight of a serving thread: 19 would leave so little that a garbage collection, which waits for every thread, waited for this one.
    private const int Nice = 10;
    private const int Process = 0; // PRIO_PROCESS; on Linux, with id 0, that is the calling thread alone

    /// <summary>Lowers the calling thread, which must be one that ends with its task: threads that it starts are as low.</summary>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux()) _ = SetPriority(Process, 0, Nice); // where it is refused the thread stays as it is
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
