namespace Rubato.Kernels.Cuda;

/// <summary>The primary context of a device, shared with whoever else uses it in this process.</summary>
internal sealed unsafe class CudaContext : CudaHandle
{
    private readonly int _device;

    private CudaContext(CudaApi api, nint handle, int device) : base(api, handle) => _device = device;

    /// <exception cref="DeviceException">The device is taken by another process, or has failed.</exception>
    public static CudaContext Retain(CudaApi api, int device)
    {
        nint handle;
        api.Check(api.PrimaryContextRetain(&handle, device), "opening a context on the device");
        return new CudaContext(api, handle, device);
    }

    /// <summary>Makes it the calling thread's context; every call of the driver needs that.</summary>
    public void Enter() => Api.Check(Api.ContextSetCurrent(handle), "entering the context");

    protected override bool ReleaseHandle() => Api.PrimaryContextRelease(_device) == 0;
}
