namespace Rubato.Kernels.Cuda;

/// <summary>One device with the kernels of the scan, and the gate that lets one thread at a time submit to it.</summary>
/// <remarks>A scan kernel that the driver does not compile takes its format with it, and no other.</remarks>
internal sealed class CudaLane : IDisposable
{
    private static readonly ScanShape[] Scans = [ScanShape.Int8, ScanShape.Int8Matrix, ScanShape.Half, ScanShape.Single];
    private readonly Dictionary<string, CudaKernel<ScanParameters>> _scans = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceException> _refused = new(StringComparer.Ordinal);

    private CudaLane(CudaContext context) => Context = context;

    public CudaContext Context { get; }

    public CudaDevice Device => Context.Device;

    /// <summary>Held while work is submitted; never while it is waited for.</summary>
    public Lock Gate { get; } = new();

    public CudaKernel<RaiseBarParameters> RaiseBar { get; private set; } = null!;

    public CudaKernel<RescoreParameters> Rescore { get; private set; } = null!;

    public CudaKernel<TakeBestParameters> TakeBest { get; private set; } = null!;

    /// <summary>Opens a device and loads the kernels.</summary>
    /// <exception cref="DeviceException">The device cannot be opened, or refuses a kernel that every scan needs.</exception>
    public static CudaLane Open(CudaDriver driver, CudaDevice device, EmbeddedKernels kernels, CudaOptions options)
    {
        var lane = new CudaLane(CudaContext.Open(driver, device, options.MemoryBytesMax));
        try
        {
            var cache = new CubinCache(options.CacheFolder);
            lane.RaiseBar = CudaKernel<RaiseBarParameters>.Load(lane.Context, kernels, "raise_bar", cache);
            lane.Rescore = CudaKernel<RescoreParameters>.Load(lane.Context, kernels, "rescore", cache);
            lane.TakeBest = CudaKernel<TakeBestParameters>.Load(lane.Context, kernels, "take_best", cache);
            foreach (ScanShape scan in Scans) lane.Load(scan.Entry, kernels, cache);
            return lane;
        }
        catch
        {
            lane.Dispose();
            throw;
        }
    }

    /// <summary>Why the device cannot scan rows of a format; null where it can.</summary>
    public string? Reason(ScanFormat format) =>
        _refused.GetValueOrDefault(format.Shape(queries: 1).Entry)?.Message ?? _refused.GetValueOrDefault(format.Shape(int.MaxValue).Entry)?.Message;

    /// <summary>The scan kernel of a shape.</summary>
    /// <exception cref="DeviceException">The driver refused it.</exception>
    public CudaKernel<ScanParameters> Kernel(ScanShape shape) => _scans.TryGetValue(shape.Entry, out CudaKernel<ScanParameters>? kernel) ? kernel
        : throw new DeviceException(_refused[shape.Entry].Message, _refused[shape.Entry]);

    public void Dispose()
    {
        TakeBest?.Dispose();
        Rescore?.Dispose();
        RaiseBar?.Dispose();
        foreach (CudaKernel<ScanParameters> scan in _scans.Values) scan.Dispose();
        Context.Dispose();
    }

    private void Load(string entry, EmbeddedKernels kernels, CubinCache cache)
    {
        try
        {
            _scans.Add(entry, CudaKernel<ScanParameters>.Load(Context, kernels, entry, cache));
        }
        catch (DeviceException refusal)
        {
            _refused.Add(entry, refusal);
        }
    }
}
