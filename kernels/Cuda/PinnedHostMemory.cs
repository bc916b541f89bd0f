using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Host memory that the device copies from and to by itself.</summary>
internal sealed unsafe class PinnedHostMemory : SafeHandle
{
    private readonly CudaApi _api;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public PinnedHostMemory(CudaApi api, int bytes) : base(invalidHandleValue: 0, ownsHandle: true)
    {
        _api = api;
        Bytes = bytes;
        void* address;
        api.Check(api.MemAllocHost(&address, (nuint)bytes), $"allocating {bytes} bytes of pinned memory");
        SetHandle((nint)address);
    }

    public int Bytes { get; }

    /// <summary>Its first byte.</summary>
    public void* Address => (void*)handle;

    // SAFETY: the memory holds Bytes bytes until the handle is released.
    public Span<byte> Span => new(Address, Bytes);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => _api.MemFreeHost((void*)handle) == 0;
}
