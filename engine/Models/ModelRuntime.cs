namespace Rubato;

/// <summary>ONNX Runtime in this process: its library and the threads that all models share. Made once; sessions are loaded from it.</summary>
/// <remarks>ONNX Runtime keeps one pool per process: while one runtime is open, later ones share its threads. Disposing it frees it once its
/// sessions are disposed; the native library stays loaded.</remarks>
public sealed class ModelRuntime : IDisposable
{
    private readonly Action<ModelLogLevel, string>? _log;

    private ModelRuntime(OrtEnvironment environment, Action<ModelLogLevel, string>? log)
    {
        Environment = environment;
        _log = log;
        Providers = environment.Providers();
    }

    /// <summary>Version of the native library, such as "1.30.0".</summary>
    public string Version => Environment.Version;

    /// <summary>Where the native library was found.</summary>
    public string LibraryPath => Environment.LibraryPath;

    /// <summary>The execution providers that the library was built with, by ONNX Runtime's names, the preferred first.</summary>
    public IReadOnlyList<string> Providers { get; }

    internal OrtEnvironment Environment { get; }

    /// <summary>Finds and loads the native library.</summary>
    /// <param name="options">null for the defaults</param>
    /// <exception cref="ModelRuntimeException">No usable library; the message lists what was tried.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its documented range.</exception>
    public static ModelRuntime Open(ModelRuntimeOptions? options = null)
    {
        options = (options ?? new ModelRuntimeOptions()).Validated();
        try
        {
            return new ModelRuntime(new OrtEnvironment(options), options.Log);
        }
        catch (OrtException failure)
        {
            throw new ModelRuntimeException($"ONNX Runtime did not start: {failure.Message}", failure);
        }
    }

    /// <summary>Gives up the pool.</summary>
    public void Dispose() => Environment.Dispose();

    internal void Warn(string message) => _log?.Invoke(ModelLogLevel.Warning, message);
}
