namespace Rubato.Tests.Support;

/// <summary>One model runtime for all tests; a test that needs it is skipped where the native library is missing.</summary>
internal static class ModelRuntimes
{
    private static readonly Lazy<(ModelRuntime? Runtime, string? Problem)> Opened = new(Open);

    /// <summary>The runtime; skips the calling [SkippableFact] where there is none.</summary>
    public static ModelRuntime Shared
    {
        get
        {
            Skip.If(Opened.Value.Problem is not null, Opened.Value.Problem);
            return Opened.Value.Runtime!;
        }
    }

    /// <summary>Loads a model from bytes, by way of a file.</summary>
    public static ModelSession Load(byte[] model, ModelSessionOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        return ModelSession.Load(Shared, folder.Write("model.onnx", model), options);
    }

    private static (ModelRuntime?, string?) Open()
    {
        try
        {
            return (ModelRuntime.Open(new ModelRuntimeOptions { Threads = 2 }), null);
        }
        catch (ModelRuntimeException failure)
        {
            return (null, failure.Message);
        }
    }
}
