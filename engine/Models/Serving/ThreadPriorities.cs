using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Makes threads yield to those that serve. .NET's own thread priorities do nothing on Linux.</summary>
internal static partial class ThreadPriorities
{
    private const int IdlePolicy = 5; // SCHED_IDLE: any other thread that wakes takes the core at once, where a merely nice one would finish its slice of 3 ms
    private const int Nice = 10;
    private const int Process = 0; // PRIO_PROCESS; on Linux, with id 0, that is the calling thread alone

    /// <summary>Lowers the calling thread, which must be one that ends with its task: threads that it starts are as low.</summary>
    /// <remarks>A garbage collection that waits for it lets it run: the threads that it yields to are then stopped.</remarks>
    public static void Lower()
    {
        int priority = 0; // struct sched_param; the only one of this policy
        if (!OperatingSystem.IsLinux()) Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        else if (SetScheduler(0, IdlePolicy, priority) != 0) _ = SetPriority(Process, 0, Nice); // where that is refused too the thread stays as it is
    }

    /// <summary>Runs something on a lowered thread of its own, and waits for it.</summary>
    /// <param name="name">of the thread</param> <param name="act">what to do; must not throw</param>
    public static void RunLow(string name, Action act)
    {
        var thread = new Thread(() =>
        {
            Lower();
            act();
        })
        { Name = name, IsBackground = true };
        thread.Start();
        thread.Join();
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
