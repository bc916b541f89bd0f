using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Bench;

/// <summary>How fast one core reads a working set: the best of one stream and four, with and without prefetch.</summary>
internal static unsafe class ReadCeiling
{
    private const int Step = 512, Repetitions = 12;

    /// <summary>10⁹ bytes per second.</summary>
    public static double GigaBytes(ReadOnlySpan<byte> bytes)
    {
        double seconds = double.PositiveInfinity;
        fixed (byte* start = bytes)
            for (int repetition = 0; repetition < Repetitions; repetition++)
                foreach (int streams in new[] { 1, 4 })
                    foreach (int ahead in new[] { 0, 4096 })
                    {
                        long begun = Stopwatch.GetTimestamp();
                        Sum(start, bytes.Length, streams, ahead);
                        seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(begun).TotalSeconds);
                    }
        return 1e-9 * (bytes.Length / (4 * Step) * (4 * Step)) / seconds;
    }

    private static void Sum(byte* start, long length, int streams, int ahead)
    {
        long part = length / (4 * Step) * (4 * Step) / streams;
        Vector<int> a = default, b = default, c = default, d = default;
        for (long at = 0; at < part; at += Step)
            for (int stream = 0; stream < streams; stream++)
            {
                byte* from = start + stream * part + at;
                if (ahead > 0 && Sse.IsSupported)
                    for (int line = 0; line < Step; line += 64)
                        Sse.Prefetch0(from + ahead + line); // SAFETY: a prefetch of any address is harmless
                // SAFETY: at + Step <= part, and the streams' parts together are not longer than the bytes
                for (byte* end = from + Step; from < end; from += 4 * Vector<byte>.Count)
                {
                    a += Load(from);
                    b += Load(from + Vector<byte>.Count);
                    c += Load(from + 2 * Vector<byte>.Count);
                    d += Load(from + 3 * Vector<byte>.Count);
                }
            }
        _sink = Vector.Sum(a + b + c + d);
    }

    private static Vector<int> Load(byte* from) => Unsafe.ReadUnaligned<Vector<int>>(from);

    private static volatile int _sink;
}
