using System.Globalization;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>How many single rows a second does a model take at p99 ≤ 10 ms, with batches of up to 256 rows and with one row a run?</summary>
internal static class BatchingRun
{
    private const double P99Max = 10, RatioMin = 4;

    public static bool Run(int milliseconds)
    {
        using ModelRuntime runtime = ModelRuntime.Open(new ModelRuntimeOptions { Threads = 1 });
        using var folder = new ModelRepositoryFolder();
        string pairwise = Path.Combine(Environment.GetEnvironmentVariable("RUBATO_DATA") ?? Path.Combine("..", "shared", "data"), "onnx-models", "vespa-pairwise-ranker", "model.onnx");
        var models = new List<(string Name, byte[] Onnx)> { ("mlp-128-256-128-1", OnnxModels.Mlp(1, 128, 256, 128, 1)) };
        if (File.Exists(pairwise)) models.Insert(0, ("vespa-pairwise-ranker", File.ReadAllBytes(pairwise)));
        else Console.WriteLine($"{pairwise}: not there, left out");
        foreach ((string name, byte[] onnx) in models)
        {
            folder.Write(runtime, name, 1, onnx, """ "rowsMax": 1, "queueRowsMax": 1000000, "labels": ["single"], """);
            folder.Write(runtime, name, 2, onnx, """ "rowsMax": 256, "queueRowsMax": 1000000, "labels": ["batched"], """);
        }
        using ModelHost host = ModelHost.Open(runtime, folder.Path, new ModelHostOptions { PollInterval = TimeSpan.Zero });
        bool passed = true;
        foreach ((string name, _) in models)
        {
            double single = Median(() => Rate(host, name, "single", milliseconds)), batched = Median(() => Rate(host, name, "batched", milliseconds)), ratio = batched / single;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{ "model": "{{name}}", "rows_per_second_single": {{single:0}}, "rows_per_second_batched": {{batched:0}}, "ratio": {{ratio:0.00}}, "p99_ms_max": {{P99Max:0}} }"""));
            passed &= ratio >= RatioMin;
        }
        return passed;
    }

    private static double Median(Func<double> measure) => new[] { measure(), measure(), measure() }.Order().ElementAt(1);

    // The highest rate that is kept up, found by halving the interval, and then kept up at length.
    private static double Rate(ModelHost host, string model, string label, int milliseconds)
    {
        if (!host.TryHold(model, 0, label, 0, out ModelGeneration? generation)) throw new InvalidOperationException(host.Explain(model, 0, label));
        try
        {
            var run = new RowWorkRun(generation!);
            run.At(20_000, 200); // warm
            double low = 1000, high = 4e6;
            while (high > 1.03 * low)
            {
                double rate = Math.Sqrt(low * high);
                if (IsKept(run, rate, milliseconds / 5)) low = rate;
                else high = rate;
            }
            while (!IsKept(run, low, milliseconds)) low *= 0.97;
            return low;
        }
        finally
        {
            generation!.Release();
        }
    }

    private static bool IsKept(RowWorkRun run, double rate, int milliseconds)
    {
        (double p99, long lost) = run.At(rate, milliseconds);
        return p99 <= P99Max && lost == 0;
    }
}
