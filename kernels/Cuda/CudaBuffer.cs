namespace Rubato.Kernels.Cuda;

/// <summary>Device memory for a number of values, aligned to 256 bytes.</summary>
internal sealed unsafe class CudaBuffer<T> : CudaObject where T : unmanaged
{
    private CudaBuffer(CudaContext context, nint value, long length) : base(context, value) => Length = length;

    public long Length { get; }

    /// <summary>Address of the first value, for kernel parameters.</summary>
    public long Address => handle;

    private long Bytes => Length * sizeof(T);

    /// <summary>Takes memory from the context's budget.</summary>
    /// <param name="context">current on the calling thread</param>
    /// <param name="length">values, at least 1</param>
    /// <param name="purpose">what for, in the words of an error message</param>
    /// <exception cref="CudaException">The budget or the device does not hold as much.</exception>
    public static CudaBuffer<T> Allocate(CudaContext context, long length, string purpose)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        long bytes = checked(length * sizeof(T));
        context.Take(bytes, purpose);
        nint value = 0;
        CudaResult result = context.Driver.Api.MemoryAllocate(&value, (nuint)bytes);
        if (result == CudaResult.Success) return new CudaBuffer<T>(context, value, length);
        context.Give(bytes);
        context.Driver.Check(result, $"cuMemAlloc of {bytes:N0} bytes on {context.Device.Name} for {purpose}");
        throw new InvalidOperationException(); // not reached: the check throws
    }

    /// <summary>Copies the first values of a pinned buffer to the device; it may not change until the copy is done.</summary>
    public void CopyFrom(HostBuffer<T> source, int count, CudaStream stream, long offset = 0)
    {
        Within(offset, count, source.Length);
        Check(Api.CopyToDevice(handle + offset * sizeof(T), source.Pointer, (nuint)count * (nuint)sizeof(T), stream.Value), "cuMemcpyHtoDAsync");
    }

    /// <summary>Copies values to the beginning of a pinned buffer; they are there when the stream has come so far.</summary>
    public void CopyTo(HostBuffer<T> target, int count, CudaStream stream, long offset = 0)
    {
        Within(offset, count, target.Length);
        Check(Api.CopyToHost(target.Pointer, handle + offset * sizeof(T), (nuint)count * (nuint)sizeof(T), stream.Value), "cuMemcpyDtoHAsync");
    }

    /// <summary>Copies the beginnings of rows to a pinned buffer, one after the other.</summary>
    /// <param name="target">[rows, width]</param>
    /// <param name="rows">rows of this buffer</param>
    /// <param name="stride">values from row to row in this buffer</param>
    /// <param name="width">values to copy of each, at most stride</param>
    /// <param name="stream">where it happens</param>
    public void CopyRowsTo(HostBuffer<T> target, int rows, int stride, int width, CudaStream stream)
    {
        Within(0, (long)rows * stride, long.MaxValue);
        if (width > stride || (long)rows * width > target.Length) throw new ArgumentOutOfRangeException(nameof(width));
        var copy = new CudaCopy2D
        {
            SourceType = CudaCopy2D.Device,
            SourceDevice = handle,
            SourcePitch = (nuint)stride * (nuint)sizeof(T),
            TargetType = CudaCopy2D.Host,
            TargetHost = target.Pointer,
            TargetPitch = (nuint)width * (nuint)sizeof(T),
            Width = (nuint)width * (nuint)sizeof(T),
            Height = (nuint)rows,
        };
        Check(Api.Copy2D(&copy, stream.Value), "cuMemcpy2DAsync");
    }

    /// <summary>Copies all values of another buffer of the same device.</summary>
    public void CopyFrom(CudaBuffer<T> source, CudaStream stream)
    {
        if (source.Length != Length) throw new ArgumentException($"{source.Length} values do not fill {Length}", nameof(source));
        Check(Api.CopyOnDevice(handle, source.Address, (nuint)Bytes, stream.Value), "cuMemcpyDtoDAsync");
    }

    /// <summary>Sets every byte.</summary>
    public void Fill(byte value, CudaStream stream) => Check(Api.Fill(handle, value, (nuint)Bytes, stream.Value), "cuMemsetD8Async");

    protected override CudaResult Free()
    {
        Context.Give(Bytes);
        return Api.MemoryFree(handle);
    }

    private void Within(long offset, long count, long otherLength)
    {
        if (offset < 0 || count < 0 || offset > Length - count || count > otherLength)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"values from {offset} on lie outside a buffer of {Length} or {otherLength}");
    }
}
