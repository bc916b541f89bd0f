using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rubato.Server;

/// <summary>Sleeps to within some ten microseconds, without spinning: a spinning generator would take a core from what it measures.</summary>
internal static partial class PreciseSleep
{
    /// <summary>Returns at the given Stopwatch ticks, or at once when they have passed.</summary>
    public static void Until(long due)
    {
        for (long rest = due - Stopwatch.GetTimestamp(); rest > 0; rest = due - Stopwatch.GetTimestamp())
        {
            long nanoseconds = rest * (1_000_000_000 / Stopwatch.Frequency);
            if (OperatingSystem.IsLinux())
            {
                var time = new TimeSpec(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
                _ = NanoSleep(time, out _);
            }
            else if (nanoseconds > 2_000_000)
            {
                Thread.Sleep(1);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, out TimeSpec rest);

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
