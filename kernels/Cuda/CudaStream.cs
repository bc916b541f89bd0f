namespace Rubato.Kernels.Cuda;

/// <summary>A queue of work on a device.</summary>
internal sealed unsafe class CudaStream : CudaObject
{
    private const uint NonBlocking = 1; // does not wait for the legacy default stream, which other libraries use

    private const int CaptureThreadLocal = 1; // calls of other threads, such as frees, do not disturb a capture

    private CudaStream(CudaContext context, nint value) : base(context, value)
    {
    }

    public static CudaStream Create(CudaContext context)
    {
        nint stream = 0;
        context.Driver.Check(context.Driver.Api.StreamCreate(&stream, NonBlocking), "cuStreamCreate");
        return new CudaStream(context, stream);
    }

    /// <summary>Waits until everything submitted so far is done.</summary>
    public void Synchronize() => Check(Api.StreamSynchronize(handle), "cuStreamSynchronize");

    /// <summary>Work submitted from here on waits for an event.</summary>
    public void Wait(CudaEvent reached) => Check(Api.StreamWaitEvent(handle, reached.Value, 0), "cuStreamWaitEvent");

    /// <summary>Records what is submitted instead of doing it.</summary>
    /// <param name="submit">submits work to this stream, always the same; may not wait for it</param>
    public CudaGraph Capture(Action submit)
    {
        Check(Api.CaptureBegin(handle, CaptureThreadLocal), "cuStreamBeginCapture");
        nint graph = 0;
        try
        {
            submit();
        }
        catch
        {
            if (Api.CaptureEnd(handle, &graph) == CudaResult.Success && graph != 0) _ = Api.GraphDestroy(graph);
            throw;
        }
        Check(Api.CaptureEnd(handle, &graph), "cuStreamEndCapture");
        try
        {
            return CudaGraph.Instantiate(Context, graph);
        }
        finally
        {
            _ = Api.GraphDestroy(graph); // the executable form does not need it
        }
    }

    protected override CudaResult Free() => Api.StreamDestroy(handle);
}
