namespace Rubato.Kernels.Cuda;

/// <summary>The devices of this machine that run our kernels.</summary>
internal sealed class CudaMachine : IDisposable
{
    private CudaMachine(CudaDriver driver, CudaLane[] lanes, string[] refused)
    {
        Driver = driver;
        Lanes = lanes;
        Refused = refused;
    }

    public CudaDriver Driver { get; }

    /// <summary>One lane per usable device, at least one.</summary>
    public CudaLane[] Lanes { get; }

    /// <summary>Why the other devices are not used, one line each.</summary>
    public string[] Refused { get; }

    /// <summary>Why rows of a format cannot be scanned: the first device that cannot; null where all can.</summary>
    public string? Reason(ScanFormat format) => Lanes.Select(lane => lane.Reason(format)).FirstOrDefault(reason => reason is not null);

    /// <summary>Opens every usable device; CUDA_VISIBLE_DEVICES, which the driver honours, chooses among them.</summary>
    /// <exception cref="DeviceException">There is no driver or no usable device; the message says why.</exception>
    public static CudaMachine Open(CudaOptions options)
    {
        CudaDriver driver = CudaDriver.Open(options.Library);
        EmbeddedKernels kernels = EmbeddedKernels.Own();
        var lanes = new List<CudaLane>();
        var refused = new List<string>();
        for (int ordinal = 0; ordinal < driver.DeviceCount; ordinal++)
        {
            try
            {
                lanes.Add(CudaLane.Open(driver, driver.Describe(ordinal), kernels, options));
            }
            catch (DeviceException failure)
            {
                refused.Add(failure.Message);
            }
        }
        if (lanes.Count > 0) return new CudaMachine(driver, [.. lanes], [.. refused]);
        throw new CudaException(refused.Count == 0 ? "the driver shows no device" : string.Join("; ", refused));
    }

    public void Dispose()
    {
        foreach (CudaLane lane in Lanes) lane.Dispose();
    }
}
