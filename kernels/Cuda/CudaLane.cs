namespace Rubato.Kernels.Cuda;

/// <summary>One device with the kernels of the scan, and the gate that lets one thread at a time submit to it.</summary>
internal sealed class CudaLane : IDisposable
{
    private CudaLane(CudaContext context) => Context = context;

    public CudaContext Context { get; }

    public CudaDevice Device => Context.Device;

    /// <summary>Held while work is submitted; never while it is waited for.</summary>
    public Lock Gate { get; } = new();

    public CudaKernel<ScanParameters> Scan { get; private set; } = null!;

    /// <summary>The scan for batches: the same results by matrix products.</summary>
    public CudaKernel<ScanParameters> ScanBatch { get; private set; } = null!;

    public CudaKernel<RaiseBarParameters> RaiseBar { get; private set; } = null!;

    public CudaKernel<RescoreParameters> Rescore { get; private set; } = null!;

    public CudaKernel<TakeBestParameters> TakeBest { get; private set; } = null!;

    /// <summary>Opens a device and loads the kernels.</summary>
    /// <exception cref="CudaException">The device cannot be opened, or refuses a kernel.</exception>
    public static CudaLane Open(CudaDriver driver, CudaDevice device, EmbeddedKernels kernels, CudaOptions options)
    {
        var lane = new CudaLane(CudaContext.Open(driver, device, options.MemoryBytesMax));
        try
        {
            var cache = new CubinCache(options.CacheFolder);
            lane.Scan = CudaKernel<ScanParameters>.Load(lane.Context, kernels, "scan_int8", cache);
            lane.ScanBatch = CudaKernel<ScanParameters>.Load(lane.Context, kernels, "scan_int8_matrix", cache);
            lane.RaiseBar = CudaKernel<RaiseBarParameters>.Load(lane.Context, kernels, "raise_bar", cache);
            lane.Rescore = CudaKernel<RescoreParameters>.Load(lane.Context, kernels, "rescore", cache);
            lane.TakeBest = CudaKernel<TakeBestParameters>.Load(lane.Context, kernels, "take_best", cache);
            return lane;
        }
        catch
        {
            lane.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        TakeBest?.Dispose();
        Rescore?.Dispose();
        RaiseBar?.Dispose();
        ScanBatch?.Dispose();
        Scan?.Dispose();
        Context.Dispose();
    }
}
