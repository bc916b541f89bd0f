using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Runs every GPU kernel against the reference, and measures throughput beside the copy bandwidth of the same run.</summary>
public static class GpuCheck
{
    private const int ThroughputQueries = 1024, ThroughputRows = 1_000_000, CopyRounds = 10;
    private const long CopyBytes = 1L << 30;

    /// <summary>Checks GPU 0; takes some seconds.</summary>
    /// <param name="driver">driver library to load; null takes the system's</param>
    /// <exception cref="DeviceException">There is no usable driver or GPU, or it failed on the way.</exception>
    public static GpuReport Run(string? driver = null)
    {
        var api = new CudaApi(driver);
        using CudaDevice device = CudaDevice.Open(api, 0, EmbeddedKernels.Own(), new CubinCache(CubinCache.DefaultFolder));
        return Run(device, [.. CheckData.ForComparison()], CheckData.ForThroughput(ThroughputQueries, ThroughputRows), CopyBytes, AllocationCheck.Large());
    }

    /// <summary>Checks a device on given sets.</summary>
    internal static GpuReport Run(CudaDevice device, CheckData[] sets, CheckData throughput, long copyBytes, AllocationCheck allocation)
    {
        long free = device.FreeBytes;
        GpuKernelReport[] kernels = [.. EmbeddedKernels.Own().Manifest.Kernels.Select(kernel => kernel.Entry)
            .Select(entry => new GpuKernelReport(entry, device.Module(entry).Registers, device.Module(entry).LocalBytes))];
        double copy = device.CopyBytesPerSecond(copyBytes, CopyRounds);
        ExpectedResults[] expected = [.. sets.Select(set => new ExpectedResults(set))];
        var variants = new List<VariantReport>();
        foreach (string name in ScanCuda.Names)
        {
            using var scan = new ScanCuda(device, name, ScanKernels.Pick(), onLost: problem => throw problem);
            double error = expected.Max(results => results.Difference(scan));
            Throughput speed = Throughput.Of(scan, throughput);
            variants.Add(new VariantReport($"scan/{name}", true, null, false, error == 0, error, speed.GigaOperations, speed.GigaBytes));
        }
        variants.Add(allocation.On(device));
        return new GpuReport(device.Name, Version(device.DriverVersion), $"sm_{device.Architecture}", free, copy * 1e-9, kernels, variants);
    }

    private static string Version(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
