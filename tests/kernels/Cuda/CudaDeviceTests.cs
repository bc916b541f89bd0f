using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The driver layer against a fake driver: the way through it, and everything that can go wrong on it.</summary>
public sealed class CudaDeviceTests
{
    [SkippableTheory, InlineData("int8"), InlineData("fp16"), InlineData("fp32")]
    public void ASearchGoesThroughTheDriver(string kind)
    {
        using var driver = new FakeDriver();
        using (CudaDevice device = driver.Open())
        {
            Assert.Equal("Fake GPU", device.Name);
            Assert.Equal(90, device.Architecture);
            using var scan = new ScanCuda(device, "cuda-" + kind, new ScanScalar(), problem => Assert.Fail(problem.Message));
            Assert.Equal("cuda-" + kind, scan.Name);
            AssertEqualsTheReference(scan);
            Assert.Contains("take_best", driver.Launches);
            Assert.Equal(32, device.Module("rescore").Registers);
            Assert.Equal(0, device.Module("rescore").LocalBytes);
            Assert.Equal(2 * 4096 / 1e-3, device.CopyBytesPerSecond(4096, rounds: 2));
        }
        Assert.Equal(0, driver.Live); // everything was given back
    }

    [Fact]
    public void WithoutADriverTheMessageSaysSo() =>
        Assert.Equal("no CUDA driver: libnothing.so cannot be loaded", Assert.Throws<DeviceException>(() => new CudaApi("libnothing.so")).Message);

    [SkippableFact]
    public void ALibraryThatIsNoDriverIsRefused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "names a Linux library");
        Assert.Contains("has no cuInit", Assert.Throws<DeviceException>(() => new CudaApi("libc.so.6")).Message);
    }

    [SkippableTheory]
    [InlineData("cuInit", 100, "starting the CUDA driver failed: CUDA_ERROR_NO_DEVICE (100)")]
    [InlineData("cuDevicePrimaryCtxRetain", 46, "opening a context on the device failed: CUDA_ERROR_DEVICE_UNAVAILABLE (46)")]
    [InlineData("cuMemAllocHost", 2, "allocating 8388608 bytes of pinned memory failed: CUDA_ERROR_OUT_OF_MEMORY (2)")]
    [InlineData("cuStreamCreate", 999, "creating a stream failed: CUDA status 999")]
    public void ADeviceThatCannotBeOpenedSaysWhy(string function, int status, string message)
    {
        using var driver = new FakeDriver();
        driver.Fail(function, status);
        Assert.Equal(message, Assert.Throws<DeviceException>(() => driver.Open()).Message);
    }

    [SkippableTheory]
    [InlineData(11_040, 1, 90, "the CUDA driver is too old: it knows CUDA 11.4, PTX 7.5 needs 11.5")]
    [InlineData(12_020, 1, 75, "GPU 0, Fake GPU, is sm_75; the kernels need sm_80 or later")]
    [InlineData(12_020, 0, 90, "there is no GPU 0: the driver sees 0")]
    public void AnOldDriverOrDeviceIsRefused(int version, int devices, int architecture, string message)
    {
        using var driver = new FakeDriver();
        driver.Describe(version, devices, architecture);
        Assert.Equal(message, Assert.Throws<DeviceException>(() => driver.Open()).Message);
    }

    [SkippableFact]
    public void TooLittleMemoryIsRefusedWithNumbers()
    {
        using var driver = new FakeDriver();
        using CudaDevice device = driver.Open();
        driver.Fail("cuMemAlloc", 2);
        Assert.Equal("allocating 1000 bytes on Fake GPU failed: CUDA_ERROR_OUT_OF_MEMORY (2); 1234 bytes are free",
            Assert.Throws<DeviceException>(() => device.Allocate(1000)).Message);
    }

    [SkippableFact]
    public void TheCompilersLogIsInTheMessage()
    {
        using var driver = new FakeDriver();
        using CudaDevice device = driver.Open();
        driver.Fail("cuLinkAddData", 218);
        Assert.Equal("compiling rescore failed: CUDA_ERROR_INVALID_PTX (218); the compiler says: ptxas application ptx input, line 7; error : Unknown symbol",
            Assert.Throws<DeviceException>(() => device.Module("rescore")).Message);
    }

    [SkippableFact]
    public void ACorruptedModuleOrAnotherManifestIsRefused()
    {
        using var driver = new FakeDriver();
        EmbeddedKernels own = EmbeddedKernels.Own();
        KernelManifest other = own.Manifest with { Kernels = [.. own.Manifest.Kernels.Select(kernel => kernel with { ParameterBytes = 8 })] };
        using (CudaDevice device = driver.Open(new EmbeddedKernels(name => name == "manifest.json" ? other.ToJson() : own.Ptx(name[..^4]))))
            Assert.Contains("the manifest does not match: rescore takes 8 parameter bytes",
                Assert.Throws<DeviceException>(() => device.Launch("rescore", 1, 1, new RescoreParameters())).Message);
        using (CudaDevice device = driver.Open(new EmbeddedKernels(name => name == "manifest.json" ? own.Manifest.ToJson() : "nothing")))
            Assert.Contains("rescore.ptx is corrupted", Assert.Throws<DeviceException>(() => device.Module("rescore")).Message);
        KernelManifest newer = own.Manifest with { PtxVersion = "9.0" };
        Assert.Contains("PTX 9.0 is unknown", Assert.Throws<DeviceException>(() => driver.Open(new EmbeddedKernels(_ => newer.ToJson()))).Message);
    }

    [SkippableFact]
    public void CompiledKernelsAreKeptAndHalfAFileIsCompiledAgain()
    {
        using var driver = new FakeDriver();
        using var folder = new TemporaryFolder();
        using (CudaDevice device = driver.Open(cache: folder.Path)) device.Module("rescore");
        string file = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Matches(@"rescore-cuda12020-sm90-[0-9a-f]{16}\.cubin$", file);
        driver.Fail("cuLinkCreate", 999); // no compiler: the file has to do
        using (CudaDevice device = driver.Open(cache: folder.Path)) device.Module("rescore");
        driver.Fail("", 0);
        File.WriteAllText(file, "half a file");
        using (CudaDevice device = driver.Open(cache: folder.Path)) device.Module("rescore");
        Assert.Equal("CUBIN of the fake", File.ReadAllText(file));
    }

    [SkippableTheory]
    [InlineData("cuMemAlloc", 2, 0), InlineData("cuMemAlloc", 2, 5), InlineData("cuLaunchKernel", 700, 1), InlineData("cuStreamSynchronize", 700, 0)]
    [InlineData("cuMemcpyHtoDAsync", 700, 2), InlineData("cuCtxSetCurrent", 700, 9), InlineData("cuLinkComplete", 218, 0)]
    public void WhenTheDeviceFailsTheCpuAnswersThisAndEveryFurtherRequest(string function, int status, int after)
    {
        using var driver = new FakeDriver();
        using CudaDevice device = driver.Open();
        var problems = new List<DeviceException>();
        using var scan = new ScanCuda(device, "cuda-int8", new ScanScalar(), problems.Add);
        driver.Fail(function, status, after);
        AssertEqualsTheReference(scan);
        Assert.Contains($"({status})", Assert.Single(problems).Message);
        int launches = driver.Launches.Count;
        AssertEqualsTheReference(scan);
        Assert.Single(problems);
        Assert.Equal(launches, driver.Launches.Count);
        driver.Fail("", 0);
    }

    private static void AssertEqualsTheReference(IScanKernel scan)
    {
        const int Dimension = 12, K = 5;
        var random = new Random(3);
        float[] values = Vectors.Uniform(random, 100 * Dimension), queries = Vectors.Uniform(random, 2 * Dimension);
        using var quantised = new QuantisedArrays(values, Dimension);
        var request = new ScanRequest { Items = quantised.Matrix(values, Vectors.NormMax(values, Dimension)), Queries = queries, K = K, RowCount = 100 };
        int[] rows = new int[2 * K], expectedRows = new int[2 * K];
        float[] scores = new float[2 * K], expectedScores = new float[2 * K];
        new ScanScalar().Scan(request, new ScanWorkspace(), expectedRows, expectedScores);
        scan.Scan(request, new ScanWorkspace(), rows, scores);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores, scores);
    }
}
