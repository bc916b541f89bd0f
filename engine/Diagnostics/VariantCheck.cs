using System.Diagnostics;
using Rubato.Kernels;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Runs every kernel variant that this machine has against the reference, and measures its throughput.</summary>
public static class VariantCheck
{
    private const int K = 20, ThroughputRounds = 5;

    /// <summary>Checks all variants; takes some seconds.</summary>
    /// <param name="checkedVariants">hears how many variants are done</param>
    public static IReadOnlyList<VariantReport> Run(IProgress<int>? checkedVariants = null)
    {
        CheckData[] sets = [.. CheckData.ForComparison()];
        CheckData throughput = CheckData.ForThroughput();
        var reports = new List<VariantReport>();
        string scoreChosen = ScoreKernels.Pick().Name, scanChosen = ScanKernels.Pick().Name;
        foreach (KernelVariant<IScoreKernel> variant in ScoreKernels.Variants)
            Add(Report("score", variant, variant.Name == scoreChosen, kernel => CompareScore(kernel, sets), throughput.Values.Length, kernel => TimeScore(kernel, throughput)));
        foreach (KernelVariant<IScanKernel> variant in ScanKernels.Variants)
            Add(Report("scan", variant, variant.Name == scanChosen, kernel => CompareScan(kernel, sets), throughput.Values.Length, kernel => TimeScan(kernel, throughput)));
        return reports;

        void Add(VariantReport report)
        {
            reports.Add(report);
            checkedVariants?.Report(reports.Count);
        }
    }

    /// <summary>Number of variants that <see cref="Run"/> looks at.</summary>
    public static int Count => ScoreKernels.Variants.Count + ScanKernels.Variants.Count;

    private static VariantReport Report<TKernel>(string kernelName, KernelVariant<TKernel> variant, bool chosen,
        Func<TKernel, double> compare, double values, Func<TKernel, double> time) where TKernel : class
    {
        string name = $"{kernelName}/{variant.Name}";
        if (variant.Kernel is not { } kernel) return new VariantReport(name, false, variant.Reason, false, false, 0, 0, 0);
        double error = compare(kernel), seconds = time(kernel);
        return new VariantReport(name, true, null, chosen, error == 0, error, 2 * values / seconds / 1e9, sizeof(float) * values / seconds / 1e9);
    }

    private static double CompareScore(IScoreKernel kernel, CheckData[] sets)
    {
        var reference = new ScoreScalar();
        double worst = 0;
        foreach (CheckData set in sets)
        {
            int[] rows = [.. Enumerable.Range(0, set.Rows).Select(row => (int)(row * 7919L % set.Rows))];
            float[] expected = new float[rows.Length], actual = new float[rows.Length];
            reference.Score(set.Queries.AsSpan(0, set.Dimension), Items(set), rows, expected);
            kernel.Score(set.Queries.AsSpan(0, set.Dimension), Items(set), rows, actual);
            worst = Math.Max(worst, LargestDifference(expected, actual));
        }
        return worst;
    }

    private static double CompareScan(IScanKernel kernel, CheckData[] sets)
    {
        var reference = new ScanScalar();
        double worst = 0;
        foreach (CheckData set in sets)
        {
            (int[] expectedRows, float[] expected) = Scan(reference, set);
            (int[] actualRows, float[] actual) = Scan(kernel, set);
            worst = Math.Max(worst, expectedRows.AsSpan().SequenceEqual(actualRows) ? LargestDifference(expected, actual) : double.PositiveInfinity);
        }
        return worst;
    }

    private static (int[] Rows, float[] Scores) Scan(IScanKernel kernel, CheckData set)
    {
        int[] rows = new int[set.QueryCount * K];
        float[] scores = new float[rows.Length];
        kernel.Scan(new ScanRequest { Items = Items(set), Queries = set.Queries, K = K, RowCount = set.Rows }, new ScanWorkspace(), rows, scores);
        return (rows, scores);
    }

    private static double TimeScore(IScoreKernel kernel, CheckData set)
    {
        int[] rows = [.. Enumerable.Range(0, set.Rows)];
        float[] scores = new float[rows.Length];
        return Best(() => kernel.Score(set.Queries, Items(set), rows, scores));
    }

    private static double TimeScan(IScanKernel kernel, CheckData set)
    {
        var workspace = new ScanWorkspace();
        int[] rows = new int[K];
        float[] scores = new float[K];
        return Best(() => kernel.Scan(new ScanRequest { Items = Items(set), Queries = set.Queries, K = K, RowCount = set.Rows }, workspace, rows, scores));
    }

    /// <summary>The shortest of some rounds: other work on the machine only ever adds time.</summary>
    private static double Best(Action work)
    {
        double best = double.PositiveInfinity;
        for (int round = 0; round < ThroughputRounds; round++)
        {
            long begun = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }

    private static ItemMatrix Items(CheckData set) => new(set.Values, set.Dimension, set.NormMax);

    private static double LargestDifference(float[] expected, float[] actual)
    {
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])) continue;
            double difference = Math.Abs((double)expected[i] - actual[i]);
            worst = Math.Max(worst, difference > 0 ? difference : double.Epsilon); // the same value in other bits is a difference too
        }
        return worst;
    }
}
