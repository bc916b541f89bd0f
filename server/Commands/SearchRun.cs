using System.Diagnostics;
using Rubato.Kernels.Similarity;

namespace Rubato.Server.Commands;

/// <summary>All queries searched once, in calls of a batch each, and what that took.</summary>
internal sealed class SearchRun
{
    private const int WarmUpCallsMin = 3, WarmUpCallsMax = 200;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(300);
    private readonly RowSearcher _searcher;
    private readonly int _batch;
    private readonly long[] _callTicks; // ascending
    private ScanStatistics _statistics;

    private SearchRun(RowSearcher searcher, int queries, int k, int batch)
    {
        _searcher = searcher;
        _batch = batch;
        K = k;
        Queries = queries;
        _callTicks = new long[(queries + batch - 1) / batch];
        TrackIds = new long[queries * k];
        Scores = new float[queries * k];
    }

    public int K { get; }

    public int Queries { get; }

    /// <summary>[queries, k], −1 past the last track.</summary>
    public long[] TrackIds { get; }

    /// <summary>[queries, k], −∞ past the last track.</summary>
    public float[] Scores { get; }

    /// <summary>All calls, without loading, warm-up and the mapping of rows to ids.</summary>
    public double Seconds { get; private set; }

    public double RescoredFraction => (double)_statistics.Rescored / _statistics.Scanned;

    public static SearchRun Measure(Catalogue catalogue, RowSearcher searcher, float[] queries, int k, int batch)
    {
        int dimension = catalogue.Dimension, count = queries.Length / dimension;
        var run = new SearchRun(searcher, count, k, batch);
        int[] rows = new int[run.Scores.Length];
        run.WarmUp(dimension);
        using var progress = new ProgressLine("queries", count);
        long begin = Stopwatch.GetTimestamp();
        for (int call = 0; call < run._callTicks.Length; call++)
        {
            int first = call * batch, size = Math.Min(batch, count - first);
            long start = Stopwatch.GetTimestamp();
            run._statistics += searcher.Search(queries.AsSpan(first * dimension, size * dimension), [], k,
                rows.AsSpan(first * k, size * k), run.Scores.AsSpan(first * k, size * k));
            run._callTicks[call] = Stopwatch.GetTimestamp() - start;
            progress.Report(first + size);
        }
        run.Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Array.Sort(run._callTicks);
        ReadOnlySpan<long> ids = catalogue.TrackIds;
        for (int i = 0; i < rows.Length; i++) run.TrackIds[i] = rows[i] < 0 ? -1 : ids[rows[i]];
        return run;
    }

    public void Write(TextWriter output) => JsonLine.Write(output, json =>
    {
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("queries_per_second", Queries / Seconds);
        json.WriteNumber("p50_us", Percentile(0.50));
        json.WriteNumber("p99_us", Percentile(0.99));
        json.WriteString("variant", _searcher.Variant);
        json.WriteNumber("rescored_fraction", RescoredFraction);
        json.WriteNumber("threads", _searcher.Threads);
        json.WriteNumber("batch", _batch);
    });

    public override string ToString()
        => $"{Queries} queries, k = {K}, in {Seconds:F3} s ({Queries / Seconds:F0} per second); per call of {_batch}: p50 {Percentile(0.5):F0} µs, "
            + $"p99 {Percentile(0.99):F0} µs; variant {_searcher.Variant}, threads {_searcher.Threads}, rescored {RescoredFraction:P3}";

    // Random queries of the same shape, which tell caches and branch predictors nothing about the real ones.
    private void WarmUp(int dimension)
    {
        var random = new Random(1);
        float[] queries = new float[Math.Min(_batch, Queries) * dimension], scores = new float[Math.Min(_batch, Queries) * K];
        int[] rows = new int[scores.Length];
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < WarmUpCallsMin || (call < WarmUpCallsMax && Stopwatch.GetElapsedTime(start) < WarmUpTime); call++)
        {
            for (int i = 0; i < queries.Length; i++) queries[i] = (random.NextSingle() * 2) - 1;
            _searcher.Search(queries, [], K, rows, scores);
        }
    }

    /// <summary>Nearest-rank percentile of the time per call in microseconds.</summary>
    private double Percentile(double share)
    {
        int rank = Math.Clamp((int)Math.Ceiling(share * _callTicks.Length), 1, _callTicks.Length);
        return _callTicks[rank - 1] * 1e6 / Stopwatch.Frequency;
    }
}
