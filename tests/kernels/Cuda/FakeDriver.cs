using System.Diagnostics;
using System.Runtime.InteropServices;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Ptx;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>
/// The CUDA driver of FakeDriver.c, compiled by gcc when a test first asks for it: memory is the interpreter's, launches are interpreted.
/// Each instance is a library of its own.
/// </summary>
internal sealed unsafe class FakeDriver : IDisposable
{
    private static readonly Lazy<string?> Compiled = new(Compile);

    private readonly string _path;
    private readonly nint _library;
    private readonly PtxDevice _device = new();
    private readonly Delegate[] _callbacks; // kept: the library calls them

    public FakeDriver()
    {
        Skip.If(Compiled.Value is null, "no gcc: the fake CUDA driver cannot be compiled");
        _path = Path.Combine(Path.GetTempPath(), $"rubato-fake-cuda-{Guid.NewGuid():n}.so");
        File.Copy(Compiled.Value!, _path);
        _library = NativeLibrary.Load(_path);
        _callbacks = [(Allocate)_device.Allocate, (Release)_device.Free, (Copy)Upload, (Copy)Download, (Run)Launch];
        nint* table = stackalloc nint[_callbacks.Length];
        for (int i = 0; i < _callbacks.Length; i++) table[i] = Marshal.GetFunctionPointerForDelegate(_callbacks[i]);
        ((delegate* unmanaged<nint*, void>)Export("fake_connect"))(table);
        Api = new CudaApi(_path);
    }

    private delegate long Allocate(long bytes);

    private delegate void Release(long address);

    private delegate int Copy(long address, nint host, long bytes);

    private delegate int Run(nint entry, uint gridX, uint gridY, uint threads, nint parameters);

    public CudaApi Api { get; }

    public string LibraryPath => _path;

    /// <summary>Kernels launched.</summary>
    public IReadOnlyList<string> Launches => _device.Launches;

    /// <summary>Driver objects and allocations that have not been given back.</summary>
    public int Live => ((delegate* unmanaged<int>)Export("fake_live"))();

    /// <summary>Lets a function fail, from its n-th next call on.</summary>
    public void Fail(string function, int status, int after = 0)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(function);
        ((delegate* unmanaged<nint, int, int, void>)Export("fake_fail"))(name, status, after);
        Marshal.FreeCoTaskMem(name);
    }

    /// <summary>What the driver says of itself and its devices.</summary>
    public void Describe(int version, int devices, int architecture) =>
        ((delegate* unmanaged<int, int, int, void>)Export("fake_device"))(version, devices, architecture);

    public CudaDevice Open(EmbeddedKernels? kernels = null, string? cache = null) => CudaDevice.Open(Api, 0, kernels ?? EmbeddedKernels.Own(), new CubinCache(cache));

    public void Dispose() => File.Delete(_path); // the library stays loaded: its functions may still be called by finalisers

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private int Upload(long address, nint host, long bytes) => Guarded(() => _device.Upload(address, new ReadOnlySpan<byte>((void*)host, (int)bytes)));

    private int Download(long address, nint host, long bytes) => Guarded(() => _device.Download(address, new Span<byte>((void*)host, (int)bytes)));

    private int Launch(nint entry, uint gridX, uint gridY, uint threads, nint parameters) => Guarded(() =>
    {
        string name = Marshal.PtrToStringUTF8(entry)!;
        _device.Launch(name, (int)gridX, (int)gridY, (int)threads, new ReadOnlySpan<byte>((void*)parameters, PtxDevice.ParameterBytes(name)));
    });

    /// <summary>No exception may pass through native code.</summary>
    private static int Guarded(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (PtxException)
        {
            return 700; // CUDA_ERROR_ILLEGAL_ADDRESS
        }
    }

    private static string? Compile()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "fake-cuda.so");
        try
        {
            string[] arguments = ["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "FakeDriver.c")];
            using Process gcc = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string messages = gcc.StandardError.ReadToEnd();
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? library : throw new InvalidOperationException(messages);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
