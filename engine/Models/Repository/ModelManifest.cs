namespace Rubato;

/// <summary>model.json of a version (docs/MODELS.md).</summary>
public sealed record ModelManifest
{
    /// <summary>Inputs of the model that the pipeline fills; every one of them, or none for a model that is not part of the pipeline.</summary>
    public IReadOnlyList<ModelBinding> Inputs { get; init; } = [];

    /// <summary>Outputs that the pipeline reads.</summary>
    public IReadOnlyList<ModelBinding> Outputs { get; init; } = [];

    /// <summary>Rows of a batch at most, 1 to 65,536; 64 keeps a batch of a small ranker below a millisecond.</summary>
    public int RowsMax { get; init; } = 64;

    /// <summary>Values of open dimensions other than the batch, by the model's name for them.</summary>
    public IReadOnlyDictionary<string, long> Dimensions { get; init; } = new Dictionary<string, long>();

    /// <summary>What is to execute it.</summary>
    public ModelProvider Provider { get; init; }

    /// <summary>How the CUDA provider executes it, where that is the provider.</summary>
    public ModelCudaOptions Cuda { get; init; } = new();

    /// <summary>Bytes of the model and its external data at most, checked before anything is loaded.</summary>
    public long BytesMax { get; init; } = new ModelSessionOptions().BytesMax;

    /// <summary>Time that one run of the warm-up or the self-test may take, 1 to 600,000 ms.</summary>
    public TimeSpan RunDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Files beside model.json with inputs and the outputs expected; at least one. They are the self-test, and they warm the model up.</summary>
    public required IReadOnlyList<string> SelfTest { get; init; }

    /// <summary>Tolerances of the self-test.</summary>
    public TensorComparison Tolerance { get; init; } = TensorComparison.Usual;

    /// <summary>Threads that run it, each with a batch of its own, 1 to 64; one keeps the cores for the threads of a run.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>Time that a lone row may wait for company, 0 to 1 s; 0: none waits while a thread is idle.</summary>
    public TimeSpan QueueDelay { get; init; }

    /// <summary>Sizes of batches that the model runs best at, each up to RowsMax; with a queue delay, a thread waits for the smallest.</summary>
    public IReadOnlyList<int> PreferredRows { get; init; } = [];

    /// <summary>Rows that may wait, 1 to 1,048,576; beyond them works are refused with the time after which to try again.</summary>
    public int QueueRowsMax { get; init; } = 8192;

    /// <summary>Bytes of memory that it takes while it is loaded, for the budget; null estimates twice its folder.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Labels that this version takes from lower versions by itself once it is loaded, warmed and tested.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What it must show in the shadow of the version that has a label before it may take it; null for nothing.</summary>
    public ShadowRules? Shadow { get; init; }

    /// <summary>How scores become the probability that a listener plays the track; null where they are that already.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>What is said of an input; null only where none is mapped, as <see cref="ModelManifestCheck"/> sees to.</summary>
    internal ModelBinding? Input(string name)
    {
        for (int i = 0; i < Inputs.Count; i++)
            if (Inputs[i].Name == name) return Inputs[i];
        return null;
    }

    /// <summary>The place of the output with a role among the mapped ones; −1 for none.</summary>
    internal int OutputIndex(ModelRole role)
    {
        for (int i = 0; i < Outputs.Count; i++)
            if (Outputs[i].Role == role) return i;
        return -1;
    }
}
