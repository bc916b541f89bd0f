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

    /// <summary>Bytes of the model and its external data at most, checked before anything is loaded.</summary>
    public long BytesMax { get; init; } = new ModelSessionOptions().BytesMax;

    /// <summary>Time that one run of the warm-up or the self-test may take, 1 to 600,000 ms.</summary>
    public TimeSpan RunDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Files beside model.json with inputs and the outputs expected; at least one. They are the self-test, and they warm the model up.</summary>
    public required IReadOnlyList<string> SelfTest { get; init; }

    /// <summary>Tolerances of the self-test.</summary>
    public TensorComparison Tolerance { get; init; } = TensorComparison.Usual;
}
