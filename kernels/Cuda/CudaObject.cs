using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>An object of a context, which it holds open.</summary>
internal abstract class CudaObject : SafeHandle
{
    /// <param name="context">where the object was made</param>
    /// <param name="value">the object; it exists, so that this constructor, which cannot fail, owns it from here on</param>
    protected CudaObject(CudaContext context, nint value) : base(0, ownsHandle: true)
    {
        bool added = false;
        context.DangerousAddRef(ref added);
        Context = context;
        SetHandle(value);
    }

    public CudaContext Context { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The driver's handle, for a call during which the caller holds this object open.</summary>
    public nint Value => handle;

    protected CudaApi Api => Context.Driver.Api;

    protected void Check(CudaResult result, string call)
    {
        if (result != CudaResult.Success) Context.Driver.Check(result, $"{call} on {Context.Device.Name}"); // no text is made for nothing
    }

    /// <summary>Frees the object; its context is current.</summary>
    protected abstract CudaResult Free();

    /// <inheritdoc/>
    protected sealed override bool ReleaseHandle()
    {
        // The context is open while we hold it; what cannot be freed on a lost device goes with the context.
        bool freed = CurrentContextIsOurs() && Free() == CudaResult.Success;
        Context.DangerousRelease();
        return freed;
    }

    private unsafe bool CurrentContextIsOurs() =>
        Api.ContextSetCurrent(Context.DangerousGetHandle()) == CudaResult.Success;
}
