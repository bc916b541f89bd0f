using Rubato.Kernels;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Runs every kernel variant that this machine has against the reference, and measures its throughput.</summary>
public static class VariantCheck
{
    private const int ThroughputQueries = 64;

    /// <summary>Number of variants that <see cref="Run(IProgress{int}?)"/> looks at.</summary>
    public static int Count => ScoreKernels.Variants.Count + ScanKernels.Variants.Count;

    /// <summary>Checks all variants; takes some seconds.</summary>
    /// <param name="checkedVariants">hears how many variants are done</param>
    public static IReadOnlyList<VariantReport> Run(IProgress<int>? checkedVariants = null) =>
        Run(ScoreKernels.Variants, ScanKernels.Variants, [.. CheckData.ForComparison()], CheckData.ForThroughput(ThroughputQueries), checkedVariants);

    /// <summary>Checks given variants on given sets.</summary>
    internal static IReadOnlyList<VariantReport> Run(IReadOnlyList<KernelVariant<IScoreKernel>> scoreVariants,
        IReadOnlyList<KernelVariant<IScanKernel>> scanVariants, CheckData[] sets, CheckData throughput, IProgress<int>? checkedVariants = null)
    {
        ExpectedResults[] expected = [.. sets.Select(set => new ExpectedResults(set))];
        var reports = new List<VariantReport>();
        AddAll("score", scoreVariants, (kernel, results) => results.Difference(kernel), kernel => Throughput.Of(kernel, throughput));
        AddAll("scan", scanVariants, (kernel, results) => results.Difference(kernel), kernel => Throughput.Of(kernel, throughput));
        return reports;

        void AddAll<TKernel>(string kernelName, IReadOnlyList<KernelVariant<TKernel>> variants, Func<TKernel, ExpectedResults, double> compare,
            Func<TKernel, Throughput> time) where TKernel : class
        {
            string chosen = variants.First(variant => variant.Available).Name;
            foreach (KernelVariant<TKernel> variant in variants)
            {
                string name = $"{kernelName}/{variant.Name}";
                reports.Add(variant.Kernel is { } kernel
                    ? Report(name, variant.Name == chosen, expected.Max(results => compare(kernel, results)), kernel, time)
                    : new VariantReport(name, false, variant.Reason, false, false, 0, 0, 0));
                checkedVariants?.Report(reports.Count);
            }
        }
    }

    /// <summary>A variant that is wrong is not timed; after a device was lost, the results are the CPU's, and equal.</summary>
    private static VariantReport Report<TKernel>(string name, bool chosen, double error, TKernel kernel, Func<TKernel, Throughput> time)
    {
        Throughput throughput = error == 0 ? time(kernel) : default;
        string? lost = (kernel as IDeviceScan)?.Lost;
        return new(name, true, lost, chosen, error == 0 && lost is null, error, throughput.GigaOperations, throughput.GigaBytes);
    }
}
