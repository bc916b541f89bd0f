using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>A driver object that is given back once, whatever happens.</summary>
internal abstract class CudaHandle : SafeHandle
{
    /// <param name="api">the driver</param>
    /// <param name="handle">the object</param>
    protected CudaHandle(CudaApi api, nint handle) : base(invalidHandleValue: 0, ownsHandle: true)
    {
        Api = api;
        SetHandle(handle);
    }

    /// <summary>The object, as the driver's functions take it; owners keep the handle alive.</summary>
    public nint Value => handle;

    public override bool IsInvalid => handle == 0;

    protected CudaApi Api { get; }
}
