namespace Rubato.Server;

/// <summary>How models are served; the configuration table (<see cref="Settings"/>) checks the ranges.</summary>
internal sealed class ModelOptions
{
    /// <summary>The model that gives candidates their relevance; null = none.</summary>
    public string? Ranker { get; set; }

    /// <summary>Milliseconds that the ranker has for a batch of requests before they fall back to the similarity.</summary>
    public int RankerMillisecondsMax { get; set; } = 50;

    /// <summary>Threads of ONNX Runtime's pool; 1 runs every model on the thread of its queue, which is best for small ones; 0 = one per core.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Megabytes that loaded models may take together.</summary>
    public int MemoryMegabytesMax { get; set; } = 8192;

    /// <summary>Milliseconds between two looks at the folder; 0 = never.</summary>
    public int PollMilliseconds { get; set; } = 2000;
}
