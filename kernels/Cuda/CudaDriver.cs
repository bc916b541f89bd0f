using System.Runtime.InteropServices;
using System.Text;

namespace Rubato.Kernels.Cuda;

/// <summary>One CUDA driver library, loaded and initialised. It stays loaded: its threads outlive every context.</summary>
internal sealed unsafe class CudaDriver
{
    /// <summary>Names the library, for tests and for drivers in unusual places.</summary>
    public const string LibraryVariable = "RUBATO_CUDA_LIBRARY";

    private const int NameBytesMax = 256;

    private CudaDriver(CudaApi api, int version, int deviceCount)
    {
        Api = api;
        Version = version;
        DeviceCount = deviceCount;
    }

    public CudaApi Api { get; }

    /// <summary>Version of CUDA that the driver supports: 1000 · major + 10 · minor.</summary>
    public int Version { get; }

    public string VersionText => $"{Version / 1000}.{Version % 1000 / 10}";

    /// <summary>Devices that the driver shows this process.</summary>
    public int DeviceCount { get; }

    /// <summary>Loads and initialises the driver.</summary>
    /// <param name="library">path of the library; null takes the environment variable, and without it the system's driver</param>
    /// <exception cref="CudaException">There is no driver, it is too old to have a function that we call, or it shows no device.</exception>
    public static CudaDriver Open(string? library = null)
    {
        library ??= Environment.GetEnvironmentVariable(LibraryVariable);
        if (string.IsNullOrEmpty(library)) library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        CudaApi api;
        try
        {
            nint handle = NativeLibrary.Load(library);
            api = new CudaApi(name => NativeLibrary.GetExport(handle, name));
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw new CudaException($"no NVIDIA driver: {library} cannot be loaded");
        }
        catch (EntryPointNotFoundException failure)
        {
            throw new CudaException($"the NVIDIA driver is too old: {library} lacks a function ({failure.Message}); CUDA 11.4 or newer is needed");
        }
        int version = 0, count = 0;
        Check(api, api.Init(0), "cuInit");
        Check(api, api.DriverGetVersion(&version), "cuDriverGetVersion");
        Check(api, api.DeviceGetCount(&count), "cuDeviceGetCount");
        return new CudaDriver(api, version, count);
    }

    /// <summary>Describes a device.</summary>
    /// <param name="ordinal">0 to <see cref="DeviceCount"/> − 1</param>
    /// <exception cref="CudaException">The driver does not answer.</exception>
    public CudaDevice Describe(int ordinal)
    {
        int handle = 0;
        Check(Api.DeviceGet(&handle, ordinal), "cuDeviceGet");
        int device = handle; // the local function may not see what is pointed to
        byte* name = stackalloc byte[NameBytesMax];
        Check(Api.DeviceGetName(name, NameBytesMax, device), "cuDeviceGetName");
        nuint bytes = 0;
        Check(Api.DeviceTotalMem(&bytes, device), "cuDeviceTotalMem");
        return new CudaDevice(ordinal, device, Text(name), Attribute(CudaDevice.MajorAttribute), Attribute(CudaDevice.MinorAttribute), (long)bytes,
            Attribute(CudaDevice.MultiprocessorsAttribute), (CudaComputeMode)Attribute(CudaDevice.ComputeModeAttribute), Version);

        int Attribute(int number)
        {
            int value = 0;
            Check(Api.DeviceGetAttribute(&value, number, device), "cuDeviceGetAttribute");
            return value;
        }
    }

    /// <summary>Throws what a call returned, unless it succeeded.</summary>
    /// <param name="result">what it returned</param>
    /// <param name="call">name of the function, and on what</param>
    /// <param name="log">what the just-in-time compiler had to say</param>
    public void Check(CudaResult result, string call, string log = "") => Check(Api, result, call, log);

    private static void Check(CudaApi api, CudaResult result, string call, string log = "")
    {
        if (result != CudaResult.Success) throw Failure(api, result, call, log);
    }

    private static CudaException Failure(CudaApi api, CudaResult result, string call, string log)
    {
        byte* name = null, text = null;
        if (api.GetErrorName(result, &name) != CudaResult.Success) name = null;
        if (api.GetErrorString(result, &text) != CudaResult.Success) text = null;
        string said = text is null ? "" : $" ({Text(text)})", compiler = log.Length == 0 ? "" : $"; {log.Trim().ReplaceLineEndings(" | ")}";
        return new CudaException($"{call}: {(name is null ? $"CUDA error {(int)result}" : Text(name))}{said}{compiler}", result);
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
