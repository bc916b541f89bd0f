namespace Rubato.Kernels.Cuda;

/// <summary>A queue of copies and launches on a device.</summary>
internal sealed unsafe class CudaStream : CudaHandle
{
    private const uint NonBlocking = 1;

    private CudaStream(CudaApi api, nint handle) : base(api, handle) { }

    public static CudaStream Create(CudaApi api)
    {
        nint handle;
        api.Check(api.StreamCreate(&handle, NonBlocking), "creating a stream");
        return new CudaStream(api, handle);
    }

    /// <summary>Waits for everything queued; a fault of a kernel shows here.</summary>
    public void Synchronize() => Api.Check(Api.StreamSynchronize(handle), "running the kernels");

    protected override bool ReleaseHandle() => Api.StreamDestroy(handle) == 0;
}
