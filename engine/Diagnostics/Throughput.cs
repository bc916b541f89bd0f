using System.Diagnostics;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>How fast a variant goes on one thread: memory read for one query, arithmetic for a batch.</summary>
/// <param name="GigaOperations">10⁹ multiplications and additions per second, for a batch of queries</param>
/// <param name="GigaBytes">10⁹ bytes of rows per second for one query: codes where the variant reads the int8 copy, fp32 otherwise</param>
internal readonly record struct Throughput(double GigaOperations, double GigaBytes)
{
    private const int K = 100, RoundsMax = 5;
    private const double SecondsMax = 0.5; // slow variants take one round, whatever it lasts

    /// <summary>Scores all rows for the first query; candidates come one query at a time.</summary>
    public static Throughput Of(IScoreKernel kernel, CheckData set)
    {
        int[] rows = [.. Enumerable.Range(0, set.Rows)];
        float[] scores = new float[rows.Length];
        double seconds = Best(() => kernel.Score(set.Queries.AsSpan(0, set.Dimension), set.Items, rows, scores));
        return new(2e-9 * set.Values.Length / seconds, 1e-9 * sizeof(float) * set.Values.Length / seconds);
    }

    /// <summary>Scans all rows for the first query, and for all of them.</summary>
    public static Throughput Of(IScanKernel kernel, CheckData set)
    {
        using IDisposable? held = kernel.Hold(set.Items, threads: 1);
        var workspace = new ScanWorkspace();
        int[] rows = new int[set.QueryCount * K];
        float[] scores = new float[rows.Length];
        double Seconds(int queries) => Best(() => kernel.Scan(
            new ScanRequest { Items = set.Items, Queries = set.Queries.AsSpan(0, queries * set.Dimension), K = K, RowCount = set.Rows },
            workspace, rows.AsSpan(0, queries * K), scores.AsSpan(0, queries * K)));
        double bytes = kernel is ScanCuda device ? (double)set.Items.Rows * device.Format.RowBytes(set.Items.Dimension)
            : kernel.ReadsCodes ? set.Items.Quantised.Codes.Length : (double)sizeof(float) * set.Values.Length;
        return new(2e-9 * set.Values.Length * set.QueryCount / Seconds(set.QueryCount), 1e-9 * bytes / Seconds(1));
    }

    /// <summary>The shortest of some rounds: other work on the machine only ever adds time.</summary>
    private static double Best(Action work)
    {
        double best = double.PositiveInfinity;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < RoundsMax && (round == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMax); round++)
        {
            long begun = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }
}
