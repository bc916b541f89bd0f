using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>A CUDA driver of its own for one test: a copy of the C library beside this file, with its own devices, log and failures.</summary>
internal sealed unsafe class FakeDriver : IDisposable
{
    private static readonly Lazy<(string? Library, string? Reason)> Built = new(Build);
    private static readonly ConcurrentBag<LaunchCallback> Callbacks = []; // libraries stay loaded, and so does what they call
    private readonly TemporaryFolder _folder = new();
    private readonly nint _handle;

    private FakeDriver(string library)
    {
        Library = _folder.File("libcuda.so.1");
        File.Copy(library, Library);
        _handle = NativeLibrary.Load(Library);
        LaunchCallback callback = OnLaunch;
        Callbacks.Add(callback);
        ((delegate* unmanaged<nint, void>)Export("fake_on_launch"))(Marshal.GetFunctionPointerForDelegate(callback));
    }

    /// <summary>What an object's handle stands for.</summary>
    public enum Kind { Context, Memory, Host, Stream, Event, Module, Function, Link, Graph, GraphExec }

    private delegate int LaunchCallback(byte* entry, uint* grid, uint* block, uint sharedBytes, byte* parameters, nuint parameterBytes, int device);

    /// <summary>A kernel that is to be run.</summary>
    public readonly ref struct Launch(string entry, int blocks, int blocksY, int threads, int device, ReadOnlySpan<byte> parameters)
    {
        public string Entry { get; } = entry;

        public int Blocks { get; } = blocks;

        public int BlocksY { get; } = blocksY;

        public int Threads { get; } = threads;

        public int Device { get; } = device;

        public ReadOnlySpan<byte> Parameters { get; } = parameters;
    }

    public delegate void Kernel(Launch launch);

    /// <summary>Path of the library, for <see cref="CudaDriver.Open"/>.</summary>
    public string Library { get; }

    /// <summary>A folder of this test.</summary>
    public string Folder => _folder.Path;

    /// <summary>Runs kernels; null does nothing.</summary>
    public Kernel? Kernels { get; set; }

    /// <summary>What a kernel threw; the device was lost by it.</summary>
    public Exception? KernelFault { get; private set; }

    /// <summary>The calls so far, one line each.</summary>
    public string[] Calls => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Export("fake_log"))())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Starts a driver with one shared H100-like device of a gigabyte; skips the calling [SkippableFact] where it cannot be built.</summary>
    public static FakeDriver Start()
    {
        Skip.If(Built.Value.Reason is not null, Built.Value.Reason);
        return new FakeDriver(Built.Value.Library!);
    }

    public void ClearCalls() => ((delegate* unmanaged<void>)Export("fake_clear_log"))();

    /// <summary>How often a function was called.</summary>
    public int Count(string function) => Calls.Count(call => call.StartsWith(function + " ", StringComparison.Ordinal));

    /// <summary>Objects that have not been freed.</summary>
    public int Live(Kind kind) => ((delegate* unmanaged<int, int>)Export("fake_live"))((int)kind);

    /// <summary>All objects that have not been freed; functions go with their modules.</summary>
    public int LiveObjects => Enum.GetValues<Kind>().Where(kind => kind != Kind.Function).Sum(Live);

    /// <summary>Sets what the driver is.</summary>
    public void Configure(int version = 12040, int devices = 1) => ((delegate* unmanaged<int, int, void>)Export("fake_driver"))(version, devices);

    /// <summary>Sets what a device is.</summary>
    public void Device(int ordinal = 0, string name = "Fake GPU", int major = 9, int minor = 0, long memory = 1L << 30,
        CudaComputeMode mode = CudaComputeMode.Shared, int ptxVersion = 85, bool heldByAnother = false)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
            ((delegate* unmanaged<int, byte*, int, int, nuint, int, int, int, void>)Export("fake_device"))(
                ordinal, text, major, minor, (nuint)memory, (int)mode, ptxVersion, heldByAnother ? 1 : 0);
    }

    /// <summary>A later call of a function fails; "kernel" is a kernel under way, whose failure loses the device.</summary>
    public void Fail(string function, CudaResult result, int skip = 0, int times = 1)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(function + '\0'))
            ((delegate* unmanaged<byte*, int, int, int, void>)Export("fake_fail"))(text, (int)result, skip, times);
    }

    /// <summary>Device memory in use: address and bytes of every allocation of a device.</summary>
    public List<(nint Address, long Bytes)> Allocations(int device)
    {
        var found = new List<(nint, long)>();
        nint address = 0;
        nuint bytes = 0;
        int on = 0;
        for (int number = 0; ((delegate* unmanaged<int, nint*, nuint*, int*, int>)Export("fake_allocation"))(number, &address, &bytes, &on) != 0; number++)
            if (on == device) found.Add((address, (long)bytes));
        return found;
    }

    public void Dispose() => _folder.Dispose(); // the library stays loaded: handles of the test may still be finalised

    private nint Export(string name) => NativeLibrary.GetExport(_handle, name);

    private int OnLaunch(byte* entry, uint* grid, uint* block, uint sharedBytes, byte* parameters, nuint parameterBytes, int device)
    {
        try
        {
            Kernels?.Invoke(new Launch(Marshal.PtrToStringUTF8((nint)entry)!, (int)grid[0], (int)grid[1], (int)block[0], device, new(parameters, (int)parameterBytes)));
            return 0;
        }
        catch (Exception fault)
        {
            KernelFault = fault; // may not travel through C
            return 1;
        }
    }

    private static (string?, string?) Build()
    {
        if (!OperatingSystem.IsLinux()) return (null, "the fake CUDA driver is built on Linux only");
        string source = Path.Combine(TestData.RepositoryRoot(), "tests", "kernels", "Cuda", "FakeDriver");
        var folder = new TemporaryFolder(); // every test of the run copies from it
        string library = folder.File("libcuda.so");
        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-Wno-unused-label",
                "-Wl,-Bsymbolic", "-o", library, Path.Combine(source, "fake_cuda.c"), Path.Combine(source, "ptx.c"), "-lpthread"]) { RedirectStandardError = true })!;
            string said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? (library, null) : throw new InvalidOperationException($"the fake CUDA driver does not compile: {said}");
        }
        catch (Win32Exception)
        {
            return (null, "no gcc to build the fake CUDA driver with: install gcc");
        }
    }
}
