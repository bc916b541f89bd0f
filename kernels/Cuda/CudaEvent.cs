namespace Rubato.Kernels.Cuda;

/// <summary>A mark in a stream.</summary>
internal sealed unsafe class CudaEvent : CudaHandle
{
    private CudaEvent(CudaApi api, nint handle) : base(api, handle) { }

    public static CudaEvent Create(CudaApi api)
    {
        nint handle;
        api.Check(api.EventCreate(&handle, 0), "creating an event");
        return new CudaEvent(api, handle);
    }

    /// <summary>Marks the end of what has been queued.</summary>
    public void Record(CudaStream stream) => Api.Check(Api.EventRecord(handle, stream.Value), "recording an event");

    /// <summary>Waits until the device has come here; at once where nothing was recorded.</summary>
    public void Synchronize() => Api.Check(Api.EventSynchronize(handle), "waiting for an event");

    /// <summary>Seconds on the device from an earlier event to this one.</summary>
    public double SecondsSince(CudaEvent earlier)
    {
        float milliseconds;
        Api.Check(Api.EventElapsedTime(&milliseconds, earlier.handle, handle), "asking for the time between events");
        return milliseconds * 1e-3;
    }

    protected override bool ReleaseHandle() => Api.EventDestroy(handle) == 0;
}
