using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Which processors a thread may run on (Linux; elsewhere nothing is known and nothing is pinned).</summary>
internal static partial class CpuAffinity
{
    private const int MaskWords = 16, MaskBytes = MaskWords * sizeof(ulong); // 1,024 processors, glibc's cpu_set_t; on larger machines the system refuses it, and nothing is pinned

    /// <summary>The processors that the calling thread may run on, ascending; empty where that is not known.</summary>
    public static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        Span<ulong> mask = stackalloc ulong[MaskWords];
        if (GetAffinity(thread: 0, MaskBytes, mask) < 0) return [];
        var processors = new List<int>();
        for (int processor = 0; processor < MaskWords * 64; processor++)
            if (Has(mask, processor)) processors.Add(processor);
        return [.. processors];
    }

    /// <summary>Keeps the calling thread on one processor; false where the system refuses, which costs speed and nothing else.</summary>
    public static bool TryPin(int processor)
    {
        Span<ulong> mask = stackalloc ulong[MaskWords];
        mask.Clear();
        mask[processor / 64] = 1UL << (processor % 64);
        return SetAffinity(thread: 0, MaskBytes, mask) == 0;
    }

    /// <summary>
    /// Moves the calling thread once to the allowed processor that comes some places after another one, without allocating; the system may move it
    /// again at any time. Does nothing where the system does not let it.
    /// </summary>
    public static void MoveAway(int processor, int places)
    {
        if (!OperatingSystem.IsLinux()) return;
        Span<ulong> allowed = stackalloc ulong[MaskWords];
        if (GetAffinity(thread: 0, MaskBytes, allowed) < 0) return;
        int count = 0, before = 0;
        for (int i = 0; i < MaskWords * 64; i++)
        {
            if (!Has(allowed, i)) continue;
            if (i < processor) before++;
            count++;
        }
        if (count < 2) return;
        int rank = (before + places) % count, target = -1;
        for (int i = 0; i < MaskWords * 64; i++)
            if (Has(allowed, i) && rank-- == 0) target = i;
        if (TryPin(target)) SetAffinity(thread: 0, MaskBytes, allowed);
    }

    /// <summary>The processor that the calling thread runs on right now; −1 where that is not known.</summary>
    public static int Current() => OperatingSystem.IsLinux() ? GetCpu() : -1;

    private static bool Has(ReadOnlySpan<ulong> mask, int processor) => (mask[processor / 64] >> (processor % 64) & 1) != 0;

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, Span<ulong> mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ReadOnlySpan<ulong> mask);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int GetCpu();
}
