namespace Rubato;

/// <summary>How many threads a search takes, and where they run.</summary>
internal static class ThreadPlan
{
    /// <summary>Fewer values per thread are scanned sooner than a sleeping thread wakes up (some 50 µs).</summary>
    private const long ValuesPerThreadMin = 1 << 21;

    /// <summary>One thread per processor of this process, fewer where the catalogue is small.</summary>
    public static int Automatic(int rows, int dimension) =>
        (int)Math.Clamp((long)rows * dimension / ValuesPerThreadMin, 1, Math.Min(Environment.ProcessorCount, RowSearcher.ThreadsMax));

    /// <summary>
    /// Processors for that many workers, the last of those that the process may use, since the first serve most interrupts; empty where
    /// there are fewer processors than workers: two workers kept on one of them would wait for each other while another is idle.
    /// </summary>
    public static int[] Processors(int threads)
    {
        int[] allowed = CpuAffinity.Allowed();
        return allowed.Length < threads ? [] : allowed[^threads..];
    }
}
