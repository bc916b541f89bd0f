namespace Rubato.Kernels.Cuda;

/// <summary>One device with the kernels of the scan, and the gate that lets one thread at a time submit to it.</summary>
internal sealed class CudaLane : IDisposable
{
    private static readonly ScanShape[] Scans = [ScanShape.Int8, ScanShape.Int8Matrix, ScanShape.Half, ScanShape.Single];
    private readonly Dictionary<string, CudaKernel<ScanParameters>> _scans = new(StringComparer.Ordinal);

    private CudaLane(CudaContext context) => Context = context;

    public CudaContext Context { get; }

    public CudaDevice Device => Context.Device;

    /// <summary>Held while work is submitted; never while it is waited for.</summary>
    public Lock Gate { get; } = new();

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
            foreach (ScanShape scan in Scans) lane._scans.Add(scan.Entry, CudaKernel<ScanParameters>.Load(lane.Context, kernels, scan.Entry, cache));
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

    /// <summary>The scan kernel of a shape.</summary>
    public CudaKernel<ScanParameters> Kernel(ScanShape shape) => _scans[shape.Entry];

    public void Dispose()
    {
        TakeBest?.Dispose();
        Rescore?.Dispose();
        RaiseBar?.Dispose();
        foreach (CudaKernel<ScanParameters> scan in _scans.Values) scan.Dispose();
        Context.Dispose();
    }
}
