namespace Rubato;

/// <summary>How models run in this process.</summary>
public sealed record ModelRuntimeOptions
{
    /// <summary>Most threads that may be asked for.</summary>
    public const int ThreadsMax = 1024;

    /// <summary>The native library, or a folder that holds it; null looks at RUBATO_ONNXRUNTIME, beside the program, in its package folder and on the system.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>Threads of the pool that all models share, the caller's own included, 0 to 1,024; 1 runs each model on its caller; 0 takes one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Whether idle threads spin for work. Off, because a spinning pool takes cores from everything else in the process.</summary>
    public bool Spin { get; init; }

    /// <summary>Takes the runtime's warnings and worse, one line each, on any thread; null drops them.</summary>
    public Action<ModelLogLevel, string>? Log { get; init; }

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public ModelRuntimeOptions Validated()
    {
        OptionRange.Check(Threads, 0, ThreadsMax, nameof(Threads));
        return this;
    }
}
