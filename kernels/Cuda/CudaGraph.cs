namespace Rubato.Kernels.Cuda;

/// <summary>A recorded sequence of work that is submitted by one call. Addresses and parameters are those of the recording.</summary>
internal sealed unsafe class CudaGraph : CudaObject
{
    private CudaGraph(CudaContext context, nint value) : base(context, value)
    {
    }

    /// <summary>Makes a recording executable; the recording itself stays the caller's.</summary>
    public static CudaGraph Instantiate(CudaContext context, nint graph)
    {
        nint executable = 0;
        context.Driver.Check(context.Driver.Api.GraphInstantiate(&executable, graph, 0), "cuGraphInstantiate");
        return new CudaGraph(context, executable);
    }

    /// <summary>Submits the sequence.</summary>
    public void Launch(CudaStream stream) => Check(Api.GraphLaunch(handle, stream.Value), "cuGraphLaunch");

    protected override CudaResult Free() => Api.GraphExecDestroy(handle);
}
