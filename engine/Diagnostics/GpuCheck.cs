using System.Diagnostics;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Compares the CUDA devices of this machine with the reference, then measures them against their own copy bandwidth.</summary>
public static class GpuCheck
{
    /// <summary>Fewest and most rows of the throughput test, of 128 values each.</summary>
    public const int RowsMin = 1000, RowsMax = 16_000_000;

    private const int Dimension = 128, K = 100, RoundsMin = 5, RoundsMax = 200, SmallBatchMax = 8;
    private const double SecondsMax = 1;
    private static readonly int[] Batches = [1, 8, 64, 256, 1024];

    /// <summary>Checks and measures; takes some seconds, or minutes for many rows.</summary>
    /// <param name="rows">rows of the throughput test, <see cref="RowsMin"/> to <see cref="RowsMax"/>; their fp32 values take 512 bytes of memory each</param>
    /// <exception cref="DeviceException">There is no usable device; the message says why.</exception>
    public static GpuReport Run(int rows)
    {
        OptionRange.Check(rows, RowsMin, RowsMax, nameof(rows));
        return Run(CudaOptions.FromEnvironment(), [.. CheckData.ForComparison()], rows, Batches, AllocationCheck.Beside(rows));
    }

    /// <summary>Checks given devices on given sets.</summary>
    internal static GpuReport Run(CudaOptions options, CheckData[] sets, int rows, int[] batches, AllocationCheck allocation)
    {
        IScanKernel cpu = ScanKernels.FastestOfCpu();
        using var scan = new ScanCuda(CudaMachine.Open(options), ScanFormat.Int8, cpu);
        using ScanCuda half = new(scan.Machine, ScanFormat.Half, cpu), single = new(scan.Machine, ScanFormat.Single, cpu);
        var degraded = new List<string>();
        foreach (ScanCuda each in (ScanCuda[])[scan, half, single]) each.Degraded += degraded.Add;
        var cache = new CubinCache(options.CacheFolder);
        GpuDeviceReport[] devices = [.. scan.Machine.Lanes.Select(lane => Describe(lane, cache))];
        ExpectedResults[] expected = [.. sets.Select(set => new ExpectedResults(set))];
        double error = expected.Max(results => results.Difference(scan));
        GpuKindReport[] kinds = [];
        VariantReport? pass = null;
        try
        {
            using CudaExecutor device = CudaExecutor.Open(options);
            kinds = Kinds(device, expected);
            pass = allocation.On(device);
        }
        catch (DeviceException failure)
        {
            degraded.Add(failure.Message);
        }
        var data = new CheckData("random", rows, Dimension, batches.Max(), (random, _, _) => random.NextSingle() - 0.5f);
        var runs = new List<GpuRun>();
        int queriesMin;
        using (new ScanCrossover(scan).Hold(data.Items, threads: 1))
        {
            queriesMin = scan.QueriesMin(data.Items);
            foreach (int batch in batches) runs.Add(Measure(scan, cpu, data, batch));
        }
        foreach (ScanCuda each in (ScanCuda[])[half, single]) // these scan query by query
            using (each.Hold(data.Items, threads: 1))
                foreach (int batch in batches.Where(batch => batch <= SmallBatchMax)) runs.Add(Measure(each, cpu, data, batch));
        return new GpuReport(scan.Machine.Driver.VersionText, devices, scan.Machine.Refused, sets.Length, error, kinds, pass, degraded, queriesMin, runs);
    }

    private static GpuKindReport[] Kinds(CudaExecutor device, ExpectedResults[] expected)
    {
        return [.. DeviceKindScan.Kinds.Select(Check)];

        GpuKindReport Check(string kind)
        {
            var scan = new DeviceKindScan(device, kind);
            double error = expected.Max(results => results.Difference(scan));
            return new GpuKindReport(kind, error, scan.PassedOn);
        }
    }

    private static GpuDeviceReport Describe(CudaLane lane, CubinCache cache)
    {
        lane.Context.MakeCurrent();
        EmbeddedKernels kernels = EmbeddedKernels.Own();
        return new GpuDeviceReport(lane.Device, CudaBandwidth.Measure(lane.Context), [.. kernels.Manifest.Kernels.Select(Use)]);

        CudaKernelUse Use(KernelEntry kernel)
        {
            using CudaModule module = CudaModule.Load(lane.Context, kernels, kernel.Entry, cache);
            return module.Use(kernel.Entry);
        }
    }

    private static GpuRun Measure(ScanCuda scan, IScanKernel cpu, CheckData data, int batch)
    {
        scan.Times = true;
        var workspace = new ScanWorkspace();
        int k = Math.Min(K, data.Rows);
        double rowBytes = scan.Format.RowBytes(data.Dimension) + scan.Format.BoundBytes;
        int[] rows = new int[batch * k], expectedRows = new int[batch * k];
        float[] scores = new float[rows.Length], expectedScores = new float[rows.Length];
        double cpuSeconds = Math.Min(Seconds(cpu, expectedRows, expectedScores), Seconds(cpu, expectedRows, expectedScores));
        for (int round = 0; round < 3; round++) Seconds(scan, rows, scores); // the second of a shape records it
        long passedOn = scan.PassedOnQueries, start = Stopwatch.GetTimestamp();
        var seconds = new List<double>();
        var deviceSeconds = new List<double>();
        while (seconds.Count < RoundsMin || (seconds.Count < RoundsMax && Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMax))
        {
            seconds.Add(Seconds(scan, rows, scores));
            deviceSeconds.Add(scan.DeviceSeconds);
        }
        bool equal = rows.AsSpan().SequenceEqual(expectedRows) && scores.AsSpan().SequenceEqual(expectedScores);
        return new GpuRun(scan.Name, data.Rows, data.Dimension, rowBytes, batch, Median(seconds), Median(deviceSeconds), cpuSeconds, scan.PassedOnQueries - passedOn, equal);

        double Seconds(IScanKernel kernel, int[] foundRows, float[] foundScores)
        {
            long begun = Stopwatch.GetTimestamp();
            kernel.Scan(new ScanRequest { Items = data.Items, Queries = data.Queries.AsSpan(0, batch * data.Dimension), K = k, RowCount = data.Rows },
                workspace, foundRows, foundScores);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
