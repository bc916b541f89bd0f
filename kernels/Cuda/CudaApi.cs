using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>The CUDA driver API, as far as it is used: a table of functions of <c>libcuda.so.1</c> or <c>nvcuda.dll</c>, loaded when first asked for.</summary>
/// <remarks>Nothing but the driver is needed: no toolkit, no runtime library. Names and signatures are those of cuda.h.</remarks>
internal sealed unsafe class CudaApi
{
    private const int NameBytes = 256;

    private readonly nint _library;
    private readonly string _path;

    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DriverGetVersion;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorName;
    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nint*, int, int> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, int> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, int> ContextSetCurrent;
    public readonly delegate* unmanaged<nuint*, nuint*, int> MemGetInfo;
    public readonly delegate* unmanaged<long*, nuint, int> MemAlloc;
    public readonly delegate* unmanaged<long, int> MemFree;
    public readonly delegate* unmanaged<void**, nuint, int> MemAllocHost;
    public readonly delegate* unmanaged<void*, int> MemFreeHost;
    public readonly delegate* unmanaged<long, void*, nuint, nint, int> CopyToDevice;
    public readonly delegate* unmanaged<void*, long, nuint, nint, int> CopyToHost;
    public readonly delegate* unmanaged<long, long, nuint, nint, int> CopyOnDevice;
    public readonly delegate* unmanaged<nint*, uint, int> StreamCreate;
    public readonly delegate* unmanaged<nint, int> StreamDestroy;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    public readonly delegate* unmanaged<nint, int> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;
    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, int> ModuleLoadData;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    public readonly delegate* unmanaged<int*, int, nint, int> FunctionGetAttribute;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;
    public readonly delegate* unmanaged<uint, int*, void**, nint*, int> LinkCreate;
    public readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int> LinkAddData;
    public readonly delegate* unmanaged<nint, void**, nuint*, int> LinkComplete;
    public readonly delegate* unmanaged<nint, int> LinkDestroy;

    /// <summary>Loads a driver library.</summary>
    /// <param name="path">a library to take instead of the system's</param>
    /// <exception cref="DeviceException">There is no driver, or it lacks a function.</exception>
    public CudaApi(string? path = null)
    {
        _path = path ?? (OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1");
        if (!NativeLibrary.TryLoad(_path, out _library)) throw new DeviceException($"no CUDA driver: {_path} cannot be loaded");
        Init = (delegate* unmanaged<uint, int>)Find("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, int>)Find("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorName");
        DeviceGetCount = (delegate* unmanaged<int*, int>)Find("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, int>)Find("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)Find("cuDeviceGetName");
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Find("cuDeviceGetAttribute");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, int>)Find("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, int>)Find("cuDevicePrimaryCtxRelease_v2");
        ContextSetCurrent = (delegate* unmanaged<nint, int>)Find("cuCtxSetCurrent");
        MemGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)Find("cuMemGetInfo_v2");
        MemAlloc = (delegate* unmanaged<long*, nuint, int>)Find("cuMemAlloc_v2");
        MemFree = (delegate* unmanaged<long, int>)Find("cuMemFree_v2");
        MemAllocHost = (delegate* unmanaged<void**, nuint, int>)Find("cuMemAllocHost_v2");
        MemFreeHost = (delegate* unmanaged<void*, int>)Find("cuMemFreeHost");
        CopyToDevice = (delegate* unmanaged<long, void*, nuint, nint, int>)Find("cuMemcpyHtoDAsync_v2");
        CopyToHost = (delegate* unmanaged<void*, long, nuint, nint, int>)Find("cuMemcpyDtoHAsync_v2");
        CopyOnDevice = (delegate* unmanaged<long, long, nuint, nint, int>)Find("cuMemcpyDtoDAsync_v2");
        StreamCreate = (delegate* unmanaged<nint*, uint, int>)Find("cuStreamCreate");
        StreamDestroy = (delegate* unmanaged<nint, int>)Find("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<nint, int>)Find("cuStreamSynchronize");
        EventCreate = (delegate* unmanaged<nint*, uint, int>)Find("cuEventCreate");
        EventDestroy = (delegate* unmanaged<nint, int>)Find("cuEventDestroy_v2");
        EventRecord = (delegate* unmanaged<nint, nint, int>)Find("cuEventRecord");
        EventSynchronize = (delegate* unmanaged<nint, int>)Find("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)Find("cuEventElapsedTime");
        ModuleLoadData = (delegate* unmanaged<nint*, void*, uint, int*, void**, int>)Find("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, int>)Find("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Find("cuModuleGetFunction");
        FunctionGetAttribute = (delegate* unmanaged<int*, int, nint, int>)Find("cuFuncGetAttribute");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Find("cuLaunchKernel");
        LinkCreate = (delegate* unmanaged<uint, int*, void**, nint*, int>)Find("cuLinkCreate_v2");
        LinkAddData = (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int>)Find("cuLinkAddData_v2");
        LinkComplete = (delegate* unmanaged<nint, void**, nuint*, int>)Find("cuLinkComplete");
        LinkDestroy = (delegate* unmanaged<nint, int>)Find("cuLinkDestroy");
    }

    /// <summary>Throws where a status is not success.</summary>
    /// <param name="status">what the driver returned</param>
    /// <param name="what">what was tried, as the subject of a sentence</param>
    /// <exception cref="DeviceException">It is not success; the message names the status.</exception>
    public void Check(int status, string what)
    {
        if (status != 0) throw new DeviceException($"{what} failed: {StatusName(status)}");
    }

    /// <summary>The driver's name of a status, such as CUDA_ERROR_OUT_OF_MEMORY.</summary>
    public string StatusName(int status)
    {
        byte* name = null;
        return GetErrorName(status, &name) == 0 && name != null ? $"{Marshal.PtrToStringUTF8((nint)name)} ({status})" : $"CUDA status {status}";
    }

    /// <summary>The name of a device.</summary>
    public string DeviceName(int device)
    {
        byte* name = stackalloc byte[NameBytes];
        Check(DeviceGetName(name, NameBytes, device), "asking for the name of the device");
        return Marshal.PtrToStringUTF8((nint)name) ?? "";
    }

    /// <summary>An attribute of a device.</summary>
    public int Attribute(int attribute, int device)
    {
        int value;
        Check(DeviceGetAttribute(&value, attribute, device), $"asking for attribute {attribute} of the device");
        return value;
    }

    private nint Find(string name) =>
        NativeLibrary.TryGetExport(_library, name, out nint function) ? function : throw new DeviceException($"the CUDA driver is too old: {_path} has no {name}");
}
