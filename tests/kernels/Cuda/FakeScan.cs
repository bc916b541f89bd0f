using Rubato.Kernels;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The CUDA scan on a fake driver of its own.</summary>
internal sealed class FakeScan : IDisposable
{
    public FakeScan(int devices = 1, long memory = 1L << 30, IScanKernel? fallback = null, ScanFormat? format = null)
    {
        Fake = FakeDriver.Start();
        Fake.Configure(devices: devices);
        for (int ordinal = 0; ordinal < devices; ordinal++) Fake.Device(ordinal, $"Fake GPU {ordinal}", memory: memory);
        Fake.Kernels = FakeKernels.Run;
        Scan = new ScanCuda(CudaMachine.Open(new CudaOptions { Library = Fake.Library }), format ?? ScanFormat.Int8, fallback ?? new ScanVector());
        Scan.Degraded += Notices.Add;
    }

    public FakeDriver Fake { get; }

    public ScanCuda Scan { get; }

    /// <summary>What was said when the CPU took over.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>The variants as they are listed, or why they cannot be tested here.</summary>
    public static IEnumerable<KernelVariant<IScanKernel>> Variants() => ScanCuda.Formats.Select(format =>
    {
        try
        {
            return new KernelVariant<IScanKernel>(ScanCuda.NameOf(format), new FakeScan(format: format).Scan, null); // lives as long as the tests
        }
        catch (SkipException skip)
        {
            return new(ScanCuda.NameOf(format), null, skip.Message);
        }
    });

    /// <summary>Frees the devices, and requires that nothing stays behind and no call failed that was not to fail.</summary>
    public void Dispose()
    {
        Scan.Dispose();
        Assert.Null(Fake.KernelFault);
        Assert.Equal(0, Fake.LiveObjects);
        Assert.DoesNotContain(Fake.Calls, call => call.StartsWith("LEAK", StringComparison.Ordinal));
        Fake.Dispose();
    }
}
