using Rubato.Kernels;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Kernels.Cuda;

namespace Rubato.Tests;

public sealed class VariantCheckTests
{
    private static readonly CheckData Small = new("small", 700, 33, 4, (random, _, _) => random.NextSingle() - 0.5f);

    [Fact]
    public void EveryVariantOfThisMachineEqualsTheReference()
    {
        IReadOnlyList<VariantReport> reports = VariantCheck.Run(ScoreKernels.Variants, ScanKernels.Variants,
            [.. CheckData.ForComparison().Where(set => set.Dimension is 7 or 100)], Small);
        Assert.Equal(VariantCheck.Count, reports.Count);
        Assert.All(reports, report => Assert.Equal((report.Name, report.Available), (report.Name, report.Passed)));
        Assert.All(reports, report => Assert.Equal(report.Available, report is { GigaOperations: > 0, GigaBytes: > 0, Reason: null }));
        Assert.Equal([$"score/{ScoreKernels.Pick().Name}", $"scan/{ScanKernels.Pick().Name}"], reports.Where(report => report.Chosen).Select(report => report.Name));
    }

    [Fact]
    public void TheInt8VariantsAreCheckedOnTheInt8Copy()
    {
        Assert.Equal(Small.Rows, Small.Items.Quantised.Rows);
        foreach (KernelVariant<IScanKernel> variant in ScanKernels.Variants.Where(variant => variant.Available))
            Assert.Equal(variant.Name is not ("avx512" or "vector" or "scalar"), variant.Kernel!.ReadsCodes);
    }

    [Theory]
    [InlineData("wrong row", double.PositiveInfinity)]
    [InlineData("wrong score", 0.25)]
    [InlineData("wrong order", double.PositiveInfinity)]
    public void AWrongScanIsReported(string fault, double error)
    {
        IReadOnlyList<VariantReport> reports = VariantCheck.Run(ScoreKernels.Variants,
            [new("faulty", new FaultyScan(fault), null), new("elsewhere", null, "not on this machine"), new("sound", new ScanVector(), null)], [Small], Small);
        VariantReport[] scans = [.. reports.Where(report => report.Name.StartsWith("scan/", StringComparison.Ordinal))];
        Assert.Equal((true, false, error), (scans[0].Available, scans[0].Passed, Math.Round(scans[0].MaxError, 6)));
        Assert.Equal((false, false, "not on this machine"), (scans[1].Available, scans[1].Passed, scans[1].Reason));
        Assert.Equal((true, true, 0), (scans[2].Available, scans[2].Passed, scans[2].MaxError));
    }

    [SkippableFact]
    public void ADeviceThatIsLostHasNotPassed()
    {
        using var device = new FakeScan();
        device.Fake.Fail("kernel", (CudaResult)719);
        VariantReport report = VariantCheck.Run([new("scalar", new ScoreScalar(), null)], [new("cuda-int8", device.Scan, null)], [Small], Small)[1];
        Assert.Equal((true, false, 0.0), (report.Available, report.Passed, report.MaxError)); // the CPU's results are right
        Assert.Contains("719", report.Reason);
    }

    [Fact]
    public void AWrongScoreKernelIsReportedToTheLastBit()
    {
        IReadOnlyList<VariantReport> reports = VariantCheck.Run([new("faulty", new FaultyScore(), null)], ScanKernels.Variants, [Small], Small);
        Assert.False(reports[0].Passed);
        Assert.InRange(reports[0].MaxError, double.Epsilon, 1e-6);
    }

    /// <summary>A right scan whose answer is then spoiled.</summary>
    private sealed class FaultyScan(string fault) : IScanKernel
    {
        private readonly ScanScalar _right = new();

        public string Name => "faulty";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            ScanStatistics statistics = _right.Scan(request, workspace, rows, scores);
            if (fault == "wrong row") rows[3]++;
            if (fault == "wrong order") (rows[0], rows[1]) = (rows[1], rows[0]);
            if (fault == "wrong score") scores[5] += 0.25f;
            return statistics;
        }
    }

    /// <summary>Off by one unit in the last place, in one score.</summary>
    private sealed class FaultyScore : IScoreKernel
    {
        private readonly ScoreScalar _right = new();

        public string Name => "faulty";

        public void Score(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
        {
            _right.Score(query, items, rows, scores);
            scores[17] = MathF.BitIncrement(scores[17]);
        }
    }
}
