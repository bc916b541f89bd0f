namespace Rubato.Kernels.Cuda;

/// <summary>Pinned host memory, which the device copies from and to while the CPU does something else.</summary>
internal sealed unsafe class HostBuffer<T> : CudaObject where T : unmanaged
{
    private const uint Portable = 1; // pinned for every device of a machine with several

    private HostBuffer(CudaContext context, nint value, int length) : base(context, value) => Length = length;

    public int Length { get; }

    public T* Pointer => (T*)handle;

    /// <summary>[length] The caller keeps the buffer open while it uses the span.</summary>
    public Span<T> Span => new((void*)handle, Length); // SAFETY: allocated with Length elements

    public static HostBuffer<T> Allocate(CudaContext context, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        nint value = 0;
        context.Driver.Check(context.Driver.Api.HostAllocate(&value, (nuint)length * (nuint)sizeof(T), Portable), "cuMemHostAlloc");
        return new HostBuffer<T>(context, value, length);
    }

    protected override CudaResult Free() => Api.HostFree(handle);
}
