using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>The primary context of a device, which ONNX Runtime shares, and the memory taken from it.</summary>
/// <remarks>
/// Every object made in the context holds it open, so that it is released last, whatever the order of disposal or finalisation. Calls act on
/// the calling thread's current context: whoever submits work calls <see cref="MakeCurrent"/> first.
/// </remarks>
internal sealed unsafe class CudaContext : SafeHandle
{
    private long _budgetBytes;
    private long _takenBytes;

    private CudaContext(CudaDriver driver, CudaDevice device, nint context) : base(0, ownsHandle: true)
    {
        Driver = driver;
        Device = device;
        SetHandle(context);
    }

    public CudaDriver Driver { get; }

    public CudaDevice Device { get; }

    /// <summary>Bytes of device memory that may still be taken.</summary>
    public long FreeBytes => _budgetBytes - Interlocked.Read(ref _takenBytes);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Opens the context of a device.</summary>
    /// <param name="driver">the driver</param>
    /// <param name="device">a device that it described</param>
    /// <param name="memoryBytesMax">device memory that may be taken; less where less is free</param>
    /// <exception cref="CudaException">The device is too old, closed, or held by another process.</exception>
    public static CudaContext Open(CudaDriver driver, CudaDevice device, long memoryBytesMax = long.MaxValue)
    {
        if (device.Reason is { } reason) throw new CudaException(reason);
        nint context = 0;
        CudaResult result = driver.Api.PrimaryContextRetain(&context, device.Handle);
        if (result == CudaResult.DeviceUnavailable)
            throw new CudaException($"{device.Name} is held by another process (compute mode {device.ComputeMode}, CUDA_ERROR_DEVICE_UNAVAILABLE)", result);
        driver.Check(result, $"cuDevicePrimaryCtxRetain on {device.Name}");
        var opened = new CudaContext(driver, device, context);
        try
        {
            opened.MakeCurrent();
            opened._budgetBytes = Math.Min(opened.UnusedBytes(), memoryBytesMax);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Makes this the calling thread's context.</summary>
    public void MakeCurrent() => Driver.Check(Driver.Api.ContextSetCurrent(handle), "cuCtxSetCurrent");

    /// <summary>Takes device memory from the budget.</summary>
    /// <exception cref="CudaException">The budget does not hold as much.</exception>
    public void Take(long bytes, string purpose)
    {
        if (Interlocked.Add(ref _takenBytes, bytes) <= _budgetBytes) return;
        Give(bytes);
        throw new CudaException(
            $"not enough memory on {Device.Name}: {purpose} needs {bytes:N0} bytes, and {FreeBytes:N0} of {_budgetBytes:N0} are free", CudaResult.OutOfMemory);
    }

    /// <summary>Gives memory back to the budget.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _takenBytes, -bytes);

    private long UnusedBytes()
    {
        nuint free = 0, total = 0;
        Driver.Check(Driver.Api.MemoryInfo(&free, &total), "cuMemGetInfo");
        return (long)free;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Driver.Api.PrimaryContextRelease(Device.Handle) == CudaResult.Success;
}
