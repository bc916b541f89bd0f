using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>One object of ONNX Runtime with the function that releases it, and optionally the object that it lives in.</summary>
internal sealed unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly OrtHandle? _owner;

    /// <param name="value">the object; 0 where it could not be made</param>
    /// <param name="release">the function of the table that releases it</param>
    /// <param name="owner">kept alive for as long as this object; null for none</param>
    public OrtHandle(nint value, delegate* unmanaged<nint, void> release, OrtHandle? owner = null) : base(0, ownsHandle: true)
    {
        _release = release;
        if (owner is not null)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The object itself, for a call during which the caller holds this handle open.</summary>
    public nint Value => handle;

    protected override bool ReleaseHandle()
    {
        _release(handle);
        _owner?.DangerousRelease();
        return true;
    }
}
