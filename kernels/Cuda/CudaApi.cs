namespace Rubato.Kernels.Cuda;

/// <summary>The functions of one CUDA driver library, under the names that it exports: declarations and nothing else.</summary>
/// <remarks>
/// Function pointers and not imports, so that a process without the library starts, and tests can load a fake one. Handles are nint, device
/// addresses long. The functions named _v2 are the 64-bit forms that the public header maps the plain names to.
/// </remarks>
internal sealed unsafe class CudaApi(Func<string, nint> export)
{
    public readonly delegate* unmanaged<uint, CudaResult> Init = (delegate* unmanaged<uint, CudaResult>)export("cuInit");
    public readonly delegate* unmanaged<int*, CudaResult> DriverGetVersion = (delegate* unmanaged<int*, CudaResult>)export("cuDriverGetVersion");
    public readonly delegate* unmanaged<CudaResult, byte**, CudaResult> GetErrorName =
        (delegate* unmanaged<CudaResult, byte**, CudaResult>)export("cuGetErrorName");
    public readonly delegate* unmanaged<CudaResult, byte**, CudaResult> GetErrorString =
        (delegate* unmanaged<CudaResult, byte**, CudaResult>)export("cuGetErrorString");

    public readonly delegate* unmanaged<int*, CudaResult> DeviceGetCount = (delegate* unmanaged<int*, CudaResult>)export("cuDeviceGetCount");
    public readonly delegate* unmanaged<int*, int, CudaResult> DeviceGet = (delegate* unmanaged<int*, int, CudaResult>)export("cuDeviceGet");
    public readonly delegate* unmanaged<byte*, int, int, CudaResult> DeviceGetName =
        (delegate* unmanaged<byte*, int, int, CudaResult>)export("cuDeviceGetName");
    public readonly delegate* unmanaged<nuint*, int, CudaResult> DeviceTotalMem =
        (delegate* unmanaged<nuint*, int, CudaResult>)export("cuDeviceTotalMem_v2");
    public readonly delegate* unmanaged<int*, int, int, CudaResult> DeviceGetAttribute =
        (delegate* unmanaged<int*, int, int, CudaResult>)export("cuDeviceGetAttribute");

    public readonly delegate* unmanaged<nint*, int, CudaResult> PrimaryContextRetain =
        (delegate* unmanaged<nint*, int, CudaResult>)export("cuDevicePrimaryCtxRetain");
    public readonly delegate* unmanaged<int, CudaResult> PrimaryContextRelease =
        (delegate* unmanaged<int, CudaResult>)export("cuDevicePrimaryCtxRelease_v2");
    public readonly delegate* unmanaged<nint, CudaResult> ContextSetCurrent = (delegate* unmanaged<nint, CudaResult>)export("cuCtxSetCurrent");

    public readonly delegate* unmanaged<nuint*, nuint*, CudaResult> MemoryInfo =
        (delegate* unmanaged<nuint*, nuint*, CudaResult>)export("cuMemGetInfo_v2");
    public readonly delegate* unmanaged<nint*, nuint, CudaResult> MemoryAllocate = (delegate* unmanaged<nint*, nuint, CudaResult>)export("cuMemAlloc_v2");
    public readonly delegate* unmanaged<nint, CudaResult> MemoryFree = (delegate* unmanaged<nint, CudaResult>)export("cuMemFree_v2");
    public readonly delegate* unmanaged<nint*, nuint, uint, CudaResult> HostAllocate =
        (delegate* unmanaged<nint*, nuint, uint, CudaResult>)export("cuMemHostAlloc");
    public readonly delegate* unmanaged<nint, CudaResult> HostFree = (delegate* unmanaged<nint, CudaResult>)export("cuMemFreeHost");
    public readonly delegate* unmanaged<long, void*, nuint, nint, CudaResult> CopyToDevice =
        (delegate* unmanaged<long, void*, nuint, nint, CudaResult>)export("cuMemcpyHtoDAsync_v2");
    public readonly delegate* unmanaged<void*, long, nuint, nint, CudaResult> CopyToHost =
        (delegate* unmanaged<void*, long, nuint, nint, CudaResult>)export("cuMemcpyDtoHAsync_v2");
    public readonly delegate* unmanaged<long, long, nuint, nint, CudaResult> CopyOnDevice =
        (delegate* unmanaged<long, long, nuint, nint, CudaResult>)export("cuMemcpyDtoDAsync_v2");
    public readonly delegate* unmanaged<CudaCopy2D*, nint, CudaResult> Copy2D =
        (delegate* unmanaged<CudaCopy2D*, nint, CudaResult>)export("cuMemcpy2DAsync_v2");
    public readonly delegate* unmanaged<long, byte, nuint, nint, CudaResult> Fill =
        (delegate* unmanaged<long, byte, nuint, nint, CudaResult>)export("cuMemsetD8Async");

    public readonly delegate* unmanaged<nint*, uint, CudaResult> StreamCreate = (delegate* unmanaged<nint*, uint, CudaResult>)export("cuStreamCreate");
    public readonly delegate* unmanaged<nint, CudaResult> StreamDestroy = (delegate* unmanaged<nint, CudaResult>)export("cuStreamDestroy_v2");
    public readonly delegate* unmanaged<nint, CudaResult> StreamSynchronize = (delegate* unmanaged<nint, CudaResult>)export("cuStreamSynchronize");
    public readonly delegate* unmanaged<nint, nint, uint, CudaResult> StreamWaitEvent =
        (delegate* unmanaged<nint, nint, uint, CudaResult>)export("cuStreamWaitEvent");
    public readonly delegate* unmanaged<nint*, uint, CudaResult> EventCreate = (delegate* unmanaged<nint*, uint, CudaResult>)export("cuEventCreate");
    public readonly delegate* unmanaged<nint, CudaResult> EventDestroy = (delegate* unmanaged<nint, CudaResult>)export("cuEventDestroy_v2");
    public readonly delegate* unmanaged<nint, nint, CudaResult> EventRecord = (delegate* unmanaged<nint, nint, CudaResult>)export("cuEventRecord");
    public readonly delegate* unmanaged<nint, CudaResult> EventSynchronize = (delegate* unmanaged<nint, CudaResult>)export("cuEventSynchronize");
    public readonly delegate* unmanaged<float*, nint, nint, CudaResult> EventElapsedTime =
        (delegate* unmanaged<float*, nint, nint, CudaResult>)export("cuEventElapsedTime");

    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, CudaResult> ModuleLoad =
        (delegate* unmanaged<nint*, void*, uint, int*, void**, CudaResult>)export("cuModuleLoadDataEx");
    public readonly delegate* unmanaged<nint, CudaResult> ModuleUnload = (delegate* unmanaged<nint, CudaResult>)export("cuModuleUnload");
    public readonly delegate* unmanaged<nint*, nint, byte*, CudaResult> ModuleGetFunction =
        (delegate* unmanaged<nint*, nint, byte*, CudaResult>)export("cuModuleGetFunction");
    public readonly delegate* unmanaged<int*, int, nint, CudaResult> FunctionGetAttribute =
        (delegate* unmanaged<int*, int, nint, CudaResult>)export("cuFuncGetAttribute");
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaResult> Launch =
        (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaResult>)export("cuLaunchKernel");

    public readonly delegate* unmanaged<uint, int*, void**, nint*, CudaResult> LinkCreate =
        (delegate* unmanaged<uint, int*, void**, nint*, CudaResult>)export("cuLinkCreate_v2");
    public readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, CudaResult> LinkAdd =
        (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, CudaResult>)export("cuLinkAddData_v2");
    public readonly delegate* unmanaged<nint, void**, nuint*, CudaResult> LinkComplete =
        (delegate* unmanaged<nint, void**, nuint*, CudaResult>)export("cuLinkComplete");
    public readonly delegate* unmanaged<nint, CudaResult> LinkDestroy = (delegate* unmanaged<nint, CudaResult>)export("cuLinkDestroy");

    public readonly delegate* unmanaged<nint, int, CudaResult> CaptureBegin =
        (delegate* unmanaged<nint, int, CudaResult>)export("cuStreamBeginCapture_v2");
    public readonly delegate* unmanaged<nint, nint*, CudaResult> CaptureEnd = (delegate* unmanaged<nint, nint*, CudaResult>)export("cuStreamEndCapture");
    public readonly delegate* unmanaged<nint*, nint, ulong, CudaResult> GraphInstantiate =
        (delegate* unmanaged<nint*, nint, ulong, CudaResult>)export("cuGraphInstantiateWithFlags");
    public readonly delegate* unmanaged<nint, nint, CudaResult> GraphLaunch = (delegate* unmanaged<nint, nint, CudaResult>)export("cuGraphLaunch");
    public readonly delegate* unmanaged<nint, CudaResult> GraphDestroy = (delegate* unmanaged<nint, CudaResult>)export("cuGraphDestroy");
    public readonly delegate* unmanaged<nint, CudaResult> GraphExecDestroy = (delegate* unmanaged<nint, CudaResult>)export("cuGraphExecDestroy");
}
