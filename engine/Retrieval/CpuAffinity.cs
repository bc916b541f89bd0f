using System.Numerics;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Which processors a thread may run on (Linux; elsewhere nothing is known and nothing is pinned).</summary>
internal static unsafe partial class CpuAffinity
{
    private const int MaskBytes = 128; // 1,024 processors, glibc's cpu_set_t; on larger machines the system refuses it, and nothing is pinned

    /// <summary>The processors that the calling thread may run on, ascending; empty where that is not known.</summary>
    public static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        ulong* mask = stackalloc ulong[MaskBytes / sizeof(ulong)];
        if (GetAffinity(thread: 0, MaskBytes, mask) != 0) return []; // SAFETY: the mask holds MaskBytes
        var processors = new List<int>();
        for (int word = 0; word < MaskBytes / sizeof(ulong); word++)
            for (ulong bits = mask[word]; bits != 0; bits &= bits - 1)
                processors.Add((word * 64) + BitOperations.TrailingZeroCount(bits));
        return [.. processors];
    }

    /// <summary>Keeps the calling thread on one processor; false where the system refuses, which costs speed and nothing else.</summary>
    public static bool TryPin(int processor)
    {
        ulong* mask = stackalloc ulong[MaskBytes / sizeof(ulong)];
        new Span<ulong>(mask, MaskBytes / sizeof(ulong)).Clear();
        mask[processor / 64] = 1UL << (processor % 64); // SAFETY: processor comes from Allowed, so it is below 8 · MaskBytes
        return SetAffinity(thread: 0, MaskBytes, mask) == 0;
    }

    /// <summary>The processor that the calling thread runs on right now; −1 where that is not known.</summary>
    public static int Current() => OperatingSystem.IsLinux() ? GetCpu() : -1;

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int GetCpu();
}
