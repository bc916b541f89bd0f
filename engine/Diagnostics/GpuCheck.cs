using System.Diagnostics;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Compares the CUDA devices of this machine with the reference, then measures them against their own copy bandwidth.</summary>
public static class GpuCheck
{
    /// <summary>Fewest and most rows of the throughput test, of 128 values each.</summary>
    public const int RowsMin = 1000, RowsMax = 16_000_000;

    private const int Dimension = 128, K = 100, RoundsMin = 5, RoundsMax = 500, WarmUpRounds = 3, SmallBatchMax = 8;

    /// <summary>Of the rounds of a batch; of those before them, in which a device at rest finds its clock; and of the CPU's first round, to take a second.</summary>
    private const double SecondsMax = 1, WarmUpSeconds = 0.25, CpuSecondsMax = 0.5;

    private static readonly int[] Batches = [1, 8, 64, 256, 1024];

    /// <summary>Checks and measures; takes some seconds, or minutes for many rows.</summary>
    /// <param name="rows">rows of the throughput test, <see cref="RowsMin"/> to <see cref="RowsMax"/>; their fp32 values take 512 bytes of memory each</param>
    /// <param name="begins">hears what is checked next: a kernel that never ends leaves no other trace</param>
    /// <exception cref="DeviceException">There is no usable device; the message says why.</exception>
    public static GpuReport Run(int rows, Action<string>? begins = null)
    {
        OptionRange.Check(rows, RowsMin, RowsMax, nameof(rows));
        return Run(CudaOptions.FromEnvironment(), [.. CheckData.ForComparison()], rows, Batches, new(() => AllocationCheck.Beside(rows)), begins);
    }

    /// <summary>Checks given devices on given sets.</summary>
    /// <remarks>What fails is reported with the rest: a kernel that is wrong, or that the driver does not compile, hides nothing of what came before it.</remarks>
    internal static GpuReport Run(CudaOptions options, CheckData[] sets, int rows, int[] batches, Lazy<AllocationCheck> allocation, Action<string>? begins = null)
    {
        IScanKernel cpu = ScanKernels.FastestOfCpu();
        using var scan = new ScanCuda(CudaMachine.Open(options), ScanFormat.Int8, cpu);
        using ScanCuda half = new(scan.Machine, ScanFormat.Half, cpu), single = new(scan.Machine, ScanFormat.Single, cpu);
        var failures = new List<string>();
        foreach (ScanCuda each in (ScanCuda[])[scan, half, single]) each.Degraded += reason => failures.Add($"{each.Name}: {reason}");
        var cache = new CubinCache(options.CacheFolder);
        GpuDeviceReport[] devices = [.. scan.Machine.Lanes.Select(lane => Describe(lane, cache, failures))];
        ExpectedResults[] expected = [.. sets.Select(set => new ExpectedResults(set))];
        begins?.Invoke(scan.Name);
        double error = expected.Max(results => results.Difference(scan));
        if (scan.Lost is not null) error = double.NaN; // what was compared since are the CPU's results
        var kinds = new List<GpuKindReport>();
        foreach (string kind in DeviceKindScan.Kinds) On($"{kind} rows", device => kinds.Add(Check(device, kind, expected)));
        VariantReport? pass = null;
        On("the allocation pass", device => pass = allocation.Value.On(device));
        begins?.Invoke($"{rows:N0} rows");
        var data = new CheckData("random", rows, Dimension, batches.Max(), (random, _, _) => random.NextSingle() - 0.5f);
        var runs = new List<GpuRun>();
        int queriesMin = 0;
        Do(scan.Name, () =>
        {
            using IDisposable? held = new ScanCrossover(scan).Hold(data.Items, threads: 1);
            queriesMin = scan.QueriesMin(data.Items);
            Measure(scan, batches);
        });
        foreach (ScanCuda each in (ScanCuda[])[half, single]) // these scan query by query
            using (each.Hold(data.Items, threads: 1)) Measure(each, [.. batches.Where(batch => batch <= SmallBatchMax)]);
        return new GpuReport(scan.Machine.Driver.VersionText, devices, scan.Machine.Refused, sets.Length, error, kinds, pass, failures, queriesMin, runs);

        void Do(string what, Action check)
        {
            begins?.Invoke(what);
            Try(what, failures, check);
        }

        void On(string what, Action<CudaExecutor> check) => Do(what, () =>
        {
            using CudaExecutor device = CudaExecutor.Open(options);
            check(device);
        });

        void Measure(ScanCuda each, int[] some)
        {
            foreach (int batch in some)
                Do($"{each.Name}, {batch} queries", () =>
                {
                    if (GpuCheck.Measure(each, cpu, data, batch) is { } run) runs.Add(run);
                });
        }
    }

    /// <summary>Does a part of the check; a failure is kept, also that the numbers of a kernel that is wrong lead to.</summary>
    private static void Try(string what, List<string> failures, Action check)
    {
        try
        {
            check();
        }
        catch (Exception failure) when (failure is DeviceException or IndexOutOfRangeException or ArgumentException)
        {
            failures.Add($"{what}: {failure.Message}");
        }
    }

    private static GpuKindReport Check(CudaExecutor device, string kind, ExpectedResults[] expected)
    {
        var scan = new DeviceKindScan(device, kind);
        double error = expected.Max(results => results.Difference(scan));
        return new GpuKindReport(kind, error, scan.PassedOn);
    }

    private static GpuDeviceReport Describe(CudaLane lane, CubinCache cache, List<string> failures)
    {
        lane.Context.MakeCurrent();
        EmbeddedKernels kernels = EmbeddedKernels.Own();
        var uses = new List<CudaKernelUse>();
        foreach (KernelEntry kernel in kernels.Manifest.Kernels)
            Try(kernel.Entry, failures, () =>
            {
                using CudaModule module = CudaModule.Load(lane.Context, kernels, kernel.Entry, cache);
                uses.Add(module.Use(kernel.Entry));
            });
        return new GpuDeviceReport(lane.Device, CudaBandwidth.Measure(lane.Context), uses);
    }

    /// <summary>Times one batch; null where the devices did not do it, which has been said.</summary>
    private static GpuRun? Measure(ScanCuda scan, IScanKernel cpu, CheckData data, int batch)
    {
        scan.Times = true;
        var workspace = new ScanWorkspace();
        int k = Math.Min(K, data.Rows);
        double rowBytes = scan.Format.RowBytes(data.Dimension) + scan.Format.BoundBytes;
        int[] rows = new int[batch * k], expectedRows = new int[batch * k];
        float[] scores = new float[rows.Length], expectedScores = new float[rows.Length];
        if (!OnDevices()) return null;
        double cpuSeconds = Seconds(cpu, expectedRows, expectedScores);
        if (cpuSeconds < CpuSecondsMax) cpuSeconds = Math.Min(cpuSeconds, Seconds(cpu, expectedRows, expectedScores));
        // The second round of a shape records it; and meanwhile the device has come to rest.
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < WarmUpRounds || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds; round++) Seconds(scan, rows, scores);
        long passedOn = scan.PassedOnQueries;
        start = Stopwatch.GetTimestamp();
        var seconds = new List<double>();
        var deviceSeconds = new List<double>();
        while (seconds.Count < RoundsMin || (seconds.Count < RoundsMax && Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMax))
        {
            seconds.Add(Seconds(scan, rows, scores));
            deviceSeconds.Add(scan.DeviceSeconds);
        }
        if (!OnDevices()) return null;
        bool equal = rows.AsSpan().SequenceEqual(expectedRows) && scores.AsSpan().SequenceEqual(expectedScores);
        return new GpuRun(scan.Name, data.Rows, data.Dimension, rowBytes, batch, Median(seconds), Median(deviceSeconds), cpuSeconds, scan.PassedOnQueries - passedOn, equal);

        ScanRequest Request() => new() { Items = data.Items, Queries = data.Queries.AsSpan(0, batch * data.Dimension), K = k, RowCount = data.Rows };

        bool OnDevices() => scan.TakesWhole(Request());

        double Seconds(IScanKernel kernel, int[] foundRows, float[] foundScores)
        {
            long begun = Stopwatch.GetTimestamp();
            kernel.Scan(Request(), workspace, foundRows, foundScores);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
