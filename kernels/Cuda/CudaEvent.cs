namespace Rubato.Kernels.Cuda;

/// <summary>A point in a stream that can be waited for and timed.</summary>
internal sealed unsafe class CudaEvent : CudaObject
{
    private CudaEvent(CudaContext context, nint value) : base(context, value)
    {
    }

    public static CudaEvent Create(CudaContext context)
    {
        nint value = 0;
        context.Driver.Check(context.Driver.Api.EventCreate(&value, 0), "cuEventCreate");
        return new CudaEvent(context, value);
    }

    /// <summary>Marks what has been submitted to a stream so far.</summary>
    public void Record(CudaStream stream) => Check(Api.EventRecord(handle, stream.Value), "cuEventRecord");

    /// <summary>Waits until what was marked is done.</summary>
    public void Synchronize() => Check(Api.EventSynchronize(handle), "cuEventSynchronize");

    /// <summary>Seconds on the device from an earlier event to this one; both have been reached.</summary>
    public double SecondsSince(CudaEvent begin)
    {
        float milliseconds = 0;
        Check(Api.EventElapsedTime(&milliseconds, begin.handle, handle), "cuEventElapsedTime");
        return milliseconds * 1e-3;
    }

    protected override CudaResult Free() => Api.EventDestroy(handle);
}
