using System.Numerics;
using Rubato.Kernels;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The CUDA scan beyond what every variant is tested for: held rows, several devices, graphs, and everything that goes wrong.</summary>
public class ScanCudaTests
{
    private const int Dimension = 32;
    private const long Roomy = 1 << 30, Narrow = 128 << 20; // room for the values too; for the int8 rows only, whose survivors the CPU finishes

    [SkippableFact]
    public void HeldRowsAreCopiedOnce()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 9000);
        using (IDisposable held = scan.Scan.Hold(data.Items, threads: 1)!)
        using (scan.Scan.Hold(data.Items, threads: 1)) // shared
        {
            Assert.Equal(3, scan.Fake.Allocations(0).Count); // codes, blocks and values
            Assert.True(scan.Scan.TakesWhole(data.Request(1)));
            for (int queries = 1; queries <= 3; queries++) data.ExpectTheReference(scan.Scan, queries);
            Assert.Equal(1, scan.Fake.Calls.Count(call => call == $"cuMemAlloc_v2 {9024 * 64}"));
            Assert.Equal((6, 0), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
        }
        Assert.False(scan.Scan.TakesWhole(data.Request(1)));
        Assert.Equal(0, scan.Fake.Calls.Count(call => call == "  failed"));
    }

    [SkippableTheory, InlineData(1), InlineData(2)]
    public void OtherFormatsNeedNoInt8CopyAndFinishOnTheDevice(int format)
    {
        using var scan = new FakeScan(devices: 2, format: ScanCuda.Formats[format]);
        using var data = new Data(rows: 9000);
        var plain = new ItemMatrix(data.Items.Values, Dimension, data.Items.NormMax);
        using (scan.Scan.Hold(plain, threads: 1))
        {
            Assert.Equal(format == 1 ? 3 : 1, scan.Fake.Allocations(0).Count); // halves, bounds and values; the values alone
            int[] rows = new int[20 * 10], expectedRows = new int[20 * 10];
            float[] scores = new float[20 * 10], expectedScores = new float[20 * 10];
            for (int round = 0; round < 3; round++)
            {
                scan.Scan.Scan(data.Request(20) with { Items = plain }, new ScanWorkspace(), rows, scores);
                new ScanScalar().Scan(data.Request(20), new ScanWorkspace(), expectedRows, expectedScores);
                Assert.Equal(expectedRows, rows);
                Assert.Equal(expectedScores, scores);
            }
            Assert.Equal((60, 0), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void AMatrixOfMoreThanTwoGigabytesHasAnAddress(int format)
    {
        float first = 0; // nothing is read
        var items = new ItemMatrix(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref first, 1_280_000_000), dimension: 128, normMax: 1);
        Assert.Equal(format == 0, ScanCuda.Formats[format].AddressOf(items) == 0); // there is no int8 copy
    }

    [SkippableFact]
    public void HalvesWithoutRoomForTheValuesAreLeftToTheCpu()
    {
        using var scan = new FakeScan(memory: 800_000, format: ScanFormat.Half);
        using var data = new Data(rows: 9000); // 576 KB of halves, 1,152 KB of values
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            Assert.Contains("9,000 fp32 rows of 32 needs 1,152,000 bytes", Assert.Single(scan.Notices));
            data.ExpectTheReference(scan.Scan, queries: 3);
        }
        Assert.Equal((0, 3), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
    }

    [SkippableTheory]
    [InlineData(2, 9000, Roomy)]
    [InlineData(3, 700, Roomy)]
    [InlineData(4, 130, Roomy)] // fewer blocks of 64 rows than devices
    [InlineData(2, 9000, Narrow)]
    [InlineData(3, 700, Narrow)]
    public void SeveralDevicesShareTheRows(int devices, int rows, long memory)
    {
        using var scan = new FakeScan(devices, memory);
        using var data = new Data(rows);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            data.ExpectTheReference(scan.Scan, queries: 5);
            data.ExpectTheReference(scan.Scan, queries: 5, first: 64, count: rows - 64 - 7);
            ulong[] filters = [.. Enumerable.Range(0, 5).SelectMany(query => Vectors.Filter(new Random(query), rows, 0.3 + (0.1 * query)))];
            data.ExpectTheReference(scan.Scan, queries: 5, filter: filters);
            data.ExpectTheReference(scan.Scan, queries: 5, filter: filters[..((rows + 63) / 64)]);
        }
        Assert.Equal(0, scan.Scan.PassedOnQueries);
    }

    [SkippableFact]
    public void WhatAFilterLeavesIsFetchedForOneQueryAndScannedOnTheDeviceForMany()
    {
        const int Rows = 4000, Many = 32, K = 10;
        using var scan = new FakeScan();
        using var data = new Data(Rows, Many);
        ulong[] filter = Vectors.Filter(new Random(7), Rows, 1 / 16.0);
        long allowed = filter.Sum(word => (long)BitOperations.PopCount(word));
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            Assert.Equal(allowed, Rescored(1));
            Assert.InRange(Rescored(Many), Many * K, Many * allowed / 2);
            data.ExpectTheReference(scan.Scan, Many, filter: filter);
        }

        long Rescored(int queries) =>
            scan.Scan.Scan(data.Request(queries, filter: filter), new ScanWorkspace(), new int[queries * K], new float[queries * K]).Rescored;
    }

    [SkippableFact]
    public void AShapeThatReturnsIsSubmittedAsAGraph()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 20_000);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            for (int round = 0; round < 5; round++) data.ExpectTheReference(scan.Scan, queries: 1, firstQuery: round);
            Assert.Equal((1, 4), (scan.Fake.Count("cuGraphInstantiateWithFlags"), scan.Fake.Count("cuGraphLaunch")));
            data.ExpectTheReference(scan.Scan, queries: 2); // another shape
            data.ExpectTheReference(scan.Scan, queries: 1);
            Assert.Equal((1, 4), (scan.Fake.Count("cuGraphInstantiateWithFlags"), scan.Fake.Count("cuGraphLaunch")));
        }
    }

    [SkippableFact]
    public void TheRecordedSequenceIsCopyScanRaiseFinishCopy()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 20_000);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            data.ExpectTheReference(scan.Scan, queries: 1);
            scan.Fake.ClearCalls();
            data.ExpectTheReference(scan.Scan, queries: 1);
            Assert.Equal(
                ["cuStreamBeginCapture_v2", "cuMemcpyHtoDAsync_v2", "cuLaunchKernel", "cuLaunchKernel", "cuLaunchKernel", "cuLaunchKernel",
                    "cuLaunchKernel", "cuLaunchKernel", "cuMemcpyDtoHAsync_v2", "cuMemcpyDtoHAsync_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphDestroy",
                    "cuGraphLaunch", "cuEventRecord", "cuEventSynchronize", "cuEventSynchronize"],
                scan.Fake.Calls.Select(call => call.Split(' ')[0]));
        }
    }

    [SkippableFact]
    public void OneBlockOfQueriesIsFinishedWhileTheNextIsScanned()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 700, queries: 600);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            data.ExpectTheReference(scan.Scan, queries: 600);
            string[] order = [.. scan.Fake.Calls.Select(call => call.Split(' ')[0]).Where(call => call is "cuEventRecord" or "cuEventSynchronize")];
            int last = Array.LastIndexOf(order, "cuEventRecord"); // of three blocks; each records where it ends
            Assert.Equal(["cuEventRecord", "cuEventRecord", "cuEventSynchronize", "cuEventRecord"], order[(last - 3)..(last + 1)]);
        }
        Assert.Equal(600, scan.Scan.DeviceQueries);
    }

    [SkippableFact]
    public void ManyThreadsShareTheDevice()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 3000, queries: 40);
        using (scan.Scan.Hold(data.Items, threads: 1))
            Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, query => data.ExpectTheReference(scan.Scan, queries: 1, firstQuery: query));
        Assert.Equal(40, scan.Scan.DeviceQueries);
    }

    [SkippableFact]
    public void AMatrixIsFreedWhileAnotherIsScanned()
    {
        using var scan = new FakeScan();
        scan.Fake.Kernels = null; // no hits: only what the host does is of interest
        using Data stays = new(rows: 128, queries: 2), goes = new(rows: 192, queries: 2);
        using IDisposable held = scan.Scan.Hold(stays.Items, threads: 1)!;
        Exception? problem = null;
        bool done = false;
        Thread[] scanners = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            try
            {
                var workspace = new ScanWorkspace();
                for (int round = 0; !Volatile.Read(ref done); round++) scan.Scan.Scan(stays.Request(1 + round % 2), workspace, new int[10 * (1 + round % 2)], new float[10 * (1 + round % 2)]);
            }
            catch (Exception failure)
            {
                problem = failure;
            }
        }))];
        foreach (Thread scanner in scanners) scanner.Start();
        var own = new ScanWorkspace();
        for (int round = 0; round < 200 && problem is null; round++)
            using (scan.Scan.Hold(goes.Items, threads: 1)) scan.Scan.Scan(goes.Request(1), own, new int[10], new float[10]);
        Volatile.Write(ref done, true);
        foreach (Thread scanner in scanners) scanner.Join();
        Assert.Null(problem);
        Assert.Empty(scan.Notices);
    }

    [SkippableFact]
    public void AMatrixThatDoesNotFitIsRefusedAndScannedByTheCpu()
    {
        using var scan = new FakeScan(memory: 100_000);
        using var data = new Data(rows: 3000);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            Assert.Equal("not enough memory on Fake GPU 0: 3,000 int8 rows of 32 needs 192,512 bytes, and 100,000 of 100,000 are free", Assert.Single(scan.Notices));
            Assert.False(scan.Scan.TakesWhole(data.Request(1)));
            data.ExpectTheReference(scan.Scan, queries: 3);
            Assert.Single(scan.Notices); // said once, not at every scan
            Assert.Equal(3, scan.Scan.PassedOnQueries);
        }
        Assert.Null(scan.Scan.Lost);
        using var small = new Data(rows: 100);
        using (scan.Scan.Hold(small.Items, threads: 1)) Assert.True(scan.Scan.TakesWhole(small.Request(1)));
    }

    [SkippableFact]
    public void ARequestThatDoesNotFitIsAnsweredByTheCpu()
    {
        using var scan = new FakeScan(memory: 200_000); // the rows fit, the hits do not
        using var data = new Data(rows: 1000, queries: 20);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            data.ExpectTheReference(scan.Scan, queries: 20);
            Assert.StartsWith("not enough memory on Fake GPU 0: the hits of a block of queries", Assert.Single(scan.Notices));
            data.ExpectTheReference(scan.Scan, queries: 1);
            Assert.Equal((1, 20), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
        }
    }

    [SkippableTheory]
    [InlineData("kernel", 1)]
    [InlineData("cuLaunchKernel", 1)]
    [InlineData("cuMemcpyHtoDAsync_v2", 1)]
    [InlineData("cuMemcpyDtoHAsync_v2", 1)]
    [InlineData("cuEventSynchronize", 1)]
    [InlineData("cuEventRecord", 1)]
    [InlineData("cuGraphLaunch", 2)]
    [InlineData("cuStreamEndCapture", 2)]
    public void ALostDeviceFailsNoRequest(string call, int scans)
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 3000, queries: 20);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            for (int warm = 1; warm < scans; warm++) data.ExpectTheReference(scan.Scan, queries: 20);
            scan.Fake.Fail(call, (CudaResult)700);
            data.ExpectTheReference(scan.Scan, queries: 20);
            data.ExpectTheReference(scan.Scan, queries: 20);
            string notice = Assert.Single(scan.Notices);
            Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", notice);
            Assert.EndsWith("the CPU takes over until the process is started again", notice);
            Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", scan.Scan.Lost);
            Assert.Equal((20 * (scans - 1), 40), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
            Assert.False(scan.Scan.TakesWhole(data.Request(1)));
            Assert.Null(scan.Scan.Hold(data.Items, threads: 1));
        }
    }

    [SkippableTheory]
    [InlineData(20, 1)]
    [InlineData(600, 3)] // blocks, two under way at a time
    public void TheTimeOnTheDevicesIsThatOfTheWholeScan(int queries, int blocks)
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 3000, queries);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            scan.Fake.ClearCalls();
            data.ExpectTheReference(scan.Scan, queries);
            Assert.Equal((blocks, 0), (scan.Fake.Count("cuEventRecord"), scan.Scan.DeviceSeconds));
            scan.Scan.Times = true;
            scan.Fake.ClearCalls();
            long begun = System.Diagnostics.Stopwatch.GetTimestamp();
            data.ExpectTheReference(scan.Scan, queries);
            Assert.Equal(blocks + 1, scan.Fake.Count("cuEventRecord")); // one begin, however many blocks
            Assert.InRange(scan.Scan.DeviceSeconds, 1e-9, System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds);
            data.ExpectTheReference(scan.Scan, queries, filter: new ulong[ScanRequest.FilterWords(3000)]); // nothing is allowed: the devices have no work
            Assert.Equal(0, scan.Scan.DeviceSeconds);
        }
    }

    [SkippableFact]
    public void AKernelThatDoesNotCompileTakesOneFormatAlong()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Kernels = FakeKernels.Run;
        fake.Fail("cuLinkAddData_v2", CudaResult.InvalidPtx, skip: 5); // the sixth of seven: fp16
        KernelVariant<IScanKernel>[] cpu = [new("vector", new ScanVector(), null)];
        IReadOnlyList<KernelVariant<IScanKernel>> variants = ScanKernels.WithDevices(cpu, () => new CudaOptions { Library = fake.Library });
        Assert.Equal(["cuda-int8", "cuda-fp32", "vector"], variants.Where(variant => variant.Available).Select(variant => variant.Name));
        Assert.StartsWith("cuLinkAddData of scan_fp16.ptx on Fake GPU: CUDA_ERROR_INVALID_PTX", variants[1].Reason);
        var scan = (ScanCuda)variants[0].Kernel!;
        using var data = new Data(rows: 3000);
        using (scan.Hold(data.Items, threads: 1)) data.ExpectTheReference(scan, queries: 20);
        Assert.Equal(20, scan.DeviceQueries);
        scan.Dispose();
        Assert.Equal(0, fake.LiveObjects);
    }

    [SkippableFact]
    public void ADeviceLostBetweenTwoBlocksFailsNoRequest()
    {
        using var scan = new FakeScan();
        using var data = new Data(rows: 700, queries: 600);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            scan.Fake.Fail("kernel", (CudaResult)719, skip: 3);
            data.ExpectTheReference(scan.Scan, queries: 600);
            Assert.Equal(600, scan.Scan.PassedOnQueries);
        }
    }

    [SkippableTheory]
    [InlineData("duplicates", Roomy, 0)] // many survivors, but there is room for them
    [InlineData("duplicates", Narrow, 2)] // more than come back
    [InlineData("ascending", Roomy, 2)] // every row beats all before it: more than there is room for
    [InlineData("ascending", Narrow, 2)]
    public void QueriesWithTooManySurvivorsGoToTheCpu(string family, long memory, int passedOn)
    {
        using var scan = new FakeScan(memory: memory);
        float[] values = family == "ascending" ? [.. Enumerable.Range(0, 20_000 * Dimension).Select(i => 1 + (i / Dimension * 1e-4f))]
            : Vectors.Rows(family, new Random(1), 6000, Dimension);
        float[] queries = family == "ascending" ? [.. Enumerable.Repeat(1f, 2 * Dimension)] : Vectors.Unit(new Random(20), 2, Dimension);
        using var data = new Data(values.Length / Dimension, values: values, queryValues: queries);
        using (scan.Scan.Hold(data.Items, threads: 1)) data.ExpectTheReference(scan.Scan, queries: 2);
        Assert.Equal(passedOn, scan.Scan.PassedOnQueries);
        Assert.Empty(scan.Notices);
    }

    [SkippableTheory]
    [InlineData(0, 1, "scan_int8", Roomy)]
    [InlineData(0, 9, "scan_int8_matrix", Roomy)]
    [InlineData(0, 9, "scan_int8_matrix", Narrow)]
    [InlineData(1, 3, "scan_fp16", Roomy)]
    [InlineData(2, 3, "scan_fp32", Roomy)]
    public void TheCommittedPtxFindsWhatTheReferenceFinds(int format, int queries, string entry, long memory)
    {
        using var scan = new FakeScan(devices: 2, memory, format: ScanCuda.Formats[format]);
        var kernels = new PtxKernels(scan.Fake);
        scan.Fake.Kernels = kernels.Run;
        using var data = new Data(rows: 9000);
        using (scan.Scan.Hold(data.Items, threads: 1))
        {
            for (int round = 0; round < 3; round++) data.ExpectTheReference(scan.Scan, queries); // the third as a graph
            ulong[] filters = [.. Enumerable.Range(0, queries).SelectMany(query => Vectors.Filter(new Random(query), 9000, 0.5))];
            data.ExpectTheReference(scan.Scan, queries, filter: filters, first: 64, count: 8000);
        }
        Assert.Null(scan.Fake.KernelFault);
        Assert.Equal(0, scan.Scan.PassedOnQueries);
        Assert.Contains(entry, kernels.Launches);
        Assert.Contains("raise_bar", kernels.Launches);
        Assert.Equal(memory == Roomy, kernels.Launches.Contains("take_best"));
    }

    [SkippableFact]
    public void HeldRowsAreScannedWithoutAllocating()
    {
        using var scan = new FakeScan();
        scan.Fake.Kernels = null; // C# kernels allocate; without them every query has no hits, and the scan is the same
        using var data = new Data(rows: 3000, queries: 20);
        var workspace = new ScanWorkspace();
        int[] rows = new int[20 * 10];
        float[] scores = new float[20 * 10];
        using (scan.Scan.Hold(data.Items, threads: 1))
            Assert.Equal(0, AllocatedBytes.Least(() => scan.Scan.Scan(data.Request(20), workspace, rows, scores)));
    }

    [SkippableFact]
    public void SmallBatchesGoToWhoIsQuicker()
    {
        var cpu = new SlowScan();
        using var scan = new FakeScan(fallback: cpu);
        using var data = new Data(rows: 200, queries: 64);
        var crossover = new ScanCrossover(scan.Scan);
        using (crossover.Hold(data.Items, threads: 1))
        {
            Assert.Equal(1, scan.Scan.QueriesMin(data.Items)); // a CPU that takes 200 ms a scan
            Assert.True(crossover.TakesWhole(data.Request(1)));
            scan.Scan.SetQueriesMin(data.Items, 8);
            long before = scan.Scan.DeviceQueries;
            data.ExpectTheReference(crossover, queries: 7);
            Assert.Equal(before, scan.Scan.DeviceQueries);
            data.ExpectTheReference(crossover, queries: 8);
            Assert.Equal(before + 8, scan.Scan.DeviceQueries);
            Assert.False(crossover.TakesWhole(data.Request(7)));
            cpu.Milliseconds = 0;
            scan.Scan.SetQueriesMin(data.Items, 0);
            using (crossover.Hold(data.Items, threads: 1_000_000_000)) Assert.Equal(int.MaxValue, scan.Scan.QueriesMin(data.Items));
        }
        Assert.False(crossover.TakesWhole(data.Request(64))); // not held any more
    }

    [SkippableFact]
    public void AUsableDeviceIsListedFirstAndPickedWithACrossover()
    {
        using FakeDriver fake = FakeDriver.Start();
        KernelVariant<IScanKernel>[] cpu = [new("vector", new ScanVector(), null)];
        IReadOnlyList<KernelVariant<IScanKernel>> variants = ScanKernels.WithDevices(cpu, () => new CudaOptions { Library = fake.Library });
        Assert.Equal(["cuda-int8", "cuda-fp16", "cuda-fp32", "vector"], variants.Select(variant => variant.Name));
        Assert.IsType<ScanCrossover>(ScanKernels.Pick(variants, null));
        foreach (string name in (string[])["cuda-int8", "cuda-fp16", "cuda-fp32"]) Assert.Equal(name, Assert.IsType<ScanCuda>(ScanKernels.Pick(variants, name)).Name);
        Assert.Equal("cuda-int8", ScanKernels.Pick(variants, null).Name);
        Assert.IsType<ScanVector>(ScanKernels.Pick(variants, "vector"));
        ((ScanCuda)variants[0].Kernel!).Dispose();
    }

    [Fact]
    public void WithoutADeviceTheVariantSaysWhy()
    {
        KernelVariant<IScanKernel>[] cpu = [new("vector", new ScanVector(), null)];
        IReadOnlyList<KernelVariant<IScanKernel>> variants = ScanKernels.WithDevices(cpu, () => new CudaOptions { Library = "/nowhere/libcuda.so.1" });
        Assert.IsType<ScanVector>(ScanKernels.Pick(variants, null));
        Assert.Equal("variant \"cuda-int8\" cannot run here: no NVIDIA driver: /nowhere/libcuda.so.1 cannot be loaded",
            Assert.Throws<NotSupportedException>(() => ScanKernels.Pick(variants, "cuda-int8")).Message);
        Assert.Equal("bad", ScanKernels.WithDevices(cpu, () => throw new CudaException("bad"))[0].Reason);
    }

    [Fact]
    public void TheNamesAreThoseOfTheVariants() => Assert.Equal(ScanKernels.Names, ScanKernels.Variants.Select(variant => variant.Name));

    /// <summary>Rows, their int8 copy, and queries.</summary>
    private sealed class Data : IDisposable
    {
        private const int K = 10;
        private readonly float[] _values, _queries;
        private readonly QuantisedArrays _copy;

        public Data(int rows, int queries = 20, float[]? values = null, float[]? queryValues = null)
        {
            _values = values ?? Vectors.Unit(new Random(rows), rows, Dimension);
            _queries = queryValues ?? Vectors.Unit(new Random(queries), queries, Dimension);
            _copy = new QuantisedArrays(_values, Dimension);
        }

        public ItemMatrix Items => _copy.Matrix(_values, Vectors.NormMax(_values, Dimension));

        public ScanRequest Request(int queries, int firstQuery = 0, ulong[]? filter = null, int first = 0, int? count = null) => new()
        {
            Items = Items,
            Queries = _queries.AsSpan(firstQuery * Dimension, queries * Dimension),
            K = K,
            FirstRow = first,
            RowCount = count ?? _values.Length / Dimension,
            Allowed = filter,
        };

        public void ExpectTheReference(IScanKernel kernel, int queries, int firstQuery = 0, ulong[]? filter = null, int first = 0, int? count = null)
        {
            int[] expectedRows = new int[queries * K], rows = new int[queries * K];
            float[] expectedScores = new float[rows.Length], scores = new float[rows.Length];
            new ScanScalar().Scan(Request(queries, firstQuery, filter, first, count), new ScanWorkspace(), expectedRows, expectedScores);
            kernel.Scan(Request(queries, firstQuery, filter, first, count), new ScanWorkspace(), rows, scores);
            Assert.Equal(expectedRows, rows);
            Assert.Equal(expectedScores, scores);
        }

        public void Dispose() => _copy.Dispose();
    }

    private sealed class SlowScan : IScanKernel
    {
        private readonly ScanVector _scan = new();

        public int Milliseconds { get; set; } = 200;

        public string Name => "slow";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            Thread.Sleep(Milliseconds);
            return _scan.Scan(request, workspace, rows, scores);
        }
    }
}
