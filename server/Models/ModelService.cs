using Microsoft.Extensions.Logging;

namespace Rubato.Server;

/// <summary>The models that a server serves: ONNX Runtime and the repository. Made only where models are asked for, so that a server without needs no library.</summary>
internal sealed class ModelService : IDisposable
{
    private readonly ModelRuntime _runtime;

    /// <exception cref="ModelRuntimeException">ONNX Runtime's library is missing.</exception>
    /// <exception cref="DataFileException">There is no such folder.</exception>
    public ModelService(string path, ModelOptions options, ILogger log)
    {
        // What a request makes ONNX Runtime complain about is no fault of the server.
        _runtime = ModelRuntime.Open(new ModelRuntimeOptions { Threads = options.Threads, Log = (level, line) => Tell(log, level >= ModelLogLevel.Warning, line) });
        try
        {
            Host = ModelHost.Open(_runtime, path, new ModelHostOptions
            {
                MemoryBytesMax = (long)options.MemoryMegabytesMax << 20,
                PollInterval = TimeSpan.FromMilliseconds(options.PollMilliseconds),
                Log = (level, line) => Tell(log, level >= ModelLogLevel.Warning, line),
            });
        }
        catch
        {
            _runtime.Dispose();
            throw;
        }
        log.ModelNote($"models of {path} on ONNX Runtime {_runtime.Version} ({_runtime.LibraryPath})");
    }

    /// <summary>Models, versions, labels.</summary>
    public ModelHost Host { get; }

    /// <summary>Spare objects of EMBED and RANK.</summary>
    public RoleRequestPool Requests { get; } = new();

    /// <summary>Version of ONNX Runtime.</summary>
    public string RuntimeVersion => _runtime.Version;

    /// <summary>Waits for what still runs, and frees everything.</summary>
    public void Dispose()
    {
        Host.Dispose();
        _runtime.Dispose();
    }

    private static void Tell(ILogger log, bool warns, string line)
    {
        if (warns) log.ModelWarning(line);
        else log.ModelNote(line);
    }
}
