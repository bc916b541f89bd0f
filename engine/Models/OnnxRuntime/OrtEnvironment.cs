using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>ONNX Runtime's environment: the thread pool that all sessions share, its log, and the memory that tensors are bound to.</summary>
/// <remarks>ONNX Runtime keeps one environment per process: while one is open, later ones share its threads.</remarks>
internal sealed unsafe class OrtEnvironment : IDisposable
{
    private static readonly Lock SinkLock = new();
    private static Action<ModelLogLevel, string>? _sinks;

    private readonly Action<ModelLogLevel, string>? _log;
    private readonly OrtHandle _environment;
    private readonly OrtHandle _memory;

    public OrtEnvironment(ModelRuntimeOptions options)
    {
        (Api, Version, LibraryPath) = OrtLibrary.Load(options.LibraryPath);
        _log = options.Log;
        if (_log is not null) AddSink(_log);
        nint threading, environment, memory, allocator;
        Check(Api.CreateThreadingOptions(&threading));
        using (var owned = new OrtHandle(threading, Api.ReleaseThreadingOptions))
        {
            Check(Api.SetGlobalIntraOpNumThreads(threading, options.Threads));
            Check(Api.SetGlobalInterOpNumThreads(threading, 1)); // sessions run their operators in order
            Check(Api.SetGlobalSpinControl(threading, options.Spin ? 1 : 0));
            fixed (byte* name = "rubato\0"u8)
                Check(Api.CreateEnvWithCustomLoggerAndGlobalThreadPools(&Log, null, (int)ModelLogLevel.Warning, name, threading, &environment));
        }
        _environment = new OrtHandle(environment, Api.ReleaseEnv);
        Check(Api.DisableTelemetryEvents(environment));
        const int arena = 1, defaultMemory = 0;
        Check(Api.CreateCpuMemoryInfo(arena, defaultMemory, &memory));
        _memory = new OrtHandle(memory, Api.ReleaseMemoryInfo);
        Check(Api.GetAllocatorWithDefaultOptions(&allocator));
        Allocator = allocator; // belongs to the library, is never released
    }

    public OrtApi Api { get; }

    public string Version { get; }

    public string LibraryPath { get; }

    public OrtHandle Handle => _environment;

    /// <summary>Describes plain CPU memory, which is where tensors of our own lie.</summary>
    public nint Memory => _memory.Value;

    public nint Allocator { get; }

    /// <summary>Turns a failed call into an exception.</summary>
    /// <param name="status">0 for success</param>
    /// <exception cref="OrtException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Check(nint status) => OrtStatus.Check(Api, status);

    /// <summary>The names of the execution providers that the library was built with.</summary>
    public string[] Providers()
    {
        byte** names;
        int count;
        Check(Api.GetAvailableProviders(&names, &count));
        try
        {
            var providers = new string[count];
            for (int i = 0; i < count; i++) providers[i] = Text(names[i]);
            return providers;
        }
        finally
        {
            Check(Api.ReleaseAvailableProviders(names, count));
        }
    }

    /// <summary>Copies a text that the library allocated, and frees it.</summary>
    public string Take(byte* text)
    {
        string copy = Text(text);
        Check(Api.AllocatorFree(Allocator, text));
        return copy;
    }

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    public void Dispose()
    {
        _memory.Dispose();
        _environment.Dispose();
        if (_log is not null) RemoveSink(_log);
    }

    private static void AddSink(Action<ModelLogLevel, string> log)
    {
        lock (SinkLock) _sinks += log;
    }

    private static void RemoveSink(Action<ModelLogLevel, string> log)
    {
        lock (SinkLock) _sinks -= log;
    }

    // Called on any thread, and possibly after an environment's end: the sinks are looked up, not passed along.
    [UnmanagedCallersOnly]
    private static void Log(void* parameter, int severity, byte* category, byte* id, byte* location, byte* message)
    {
        try
        {
            Volatile.Read(ref _sinks)?.Invoke((ModelLogLevel)severity, $"{Text(id)}: {Text(message)}".ReplaceLineEndings(" "));
        }
        catch (Exception)
        {
            // An exception must not cross into native code, and the log that failed is where it would have been told.
        }
    }
}
