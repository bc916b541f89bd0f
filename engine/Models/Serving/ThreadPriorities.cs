using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Makes threads yield to those that serve. .NET's own thread priorities do nothing on Linux.</summary>
internal static partial class ThreadPriorities
{
    // Not SCHED_IDLE: a thread that spins and yields, as idle threads of .NET's pool do, then gives its core away until the next tick (4 ms at
    // 250 Hz). Beside a thread that counted for 15 ms of every 30, a quiet server on two cores had a p99 of 4.2 ms where that was SCHED_IDLE, 4.7 and
    // 4.9 at nice 19 with and without SCHED_BATCH, 3.8 with slices of 0.1 ms besides, and 1.7 without the thread.
    private const uint BatchPolicy = 3;
    private const int Nice = 19;
    private const ulong SliceNanoseconds = 100_000;
    private const int Process = 0; // PRIO_PROCESS; on Linux, with id 0, that is the calling thread alone

    /// <summary>Lowers the calling thread, which must be one that ends with its task: threads that it starts are as low.</summary>
    public static void Lower()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            return;
        }
        var attributes = new Attributes { Size = (uint)Unsafe.SizeOf<Attributes>(), Policy = BatchPolicy, Nice = Nice, Runtime = SliceNanoseconds };
        long call = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 314, Architecture.Arm64 => 274, _ => -1 }; // sched_setattr
        if (call < 0 || SystemCall(call, 0, attributes, 0) != 0) _ = SetPriority(Process, 0, Nice); // where that is refused too the thread stays as it is
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

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long thread, in Attributes attributes, long flags);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    /// <summary>struct sched_attr in its first version.</summary>
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime; // nanoseconds of a slice, from Linux 6.12 on; 0.1 ms is the shortest
        public ulong Deadline;
        public ulong Period;
    }
}
