namespace Rubato;

/// <summary>A model, loaded and ready. Several threads may run it at once, each with a batch of its own.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly bool _refuseNonFinite;
    private readonly ModelInference _inference;
    private volatile bool _disposed;

    private ModelSession(string path, long bytes, OrtSession native, ModelProviderState provider, bool refuseNonFinite)
    {
        (Path, Bytes, Native, Provider, _refuseNonFinite) = (path, bytes, native, provider, refuseNonFinite);
        Metadata = native.Metadata();
        _inference = new ModelInference(native);
    }

    /// <summary>Most rows of a batch.</summary>
    public const int RowsMax = 1 << 20;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes of the model and its external data on disk.</summary>
    public long Bytes { get; }

    /// <summary>What it takes, in its own order.</summary>
    public IReadOnlyList<ModelValueInfo> Inputs => Native.Inputs;

    /// <summary>What it answers, in its own order.</summary>
    public IReadOnlyList<ModelValueInfo> Outputs => Native.Outputs;

    /// <summary>What it says about itself.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>What executes it, and why not what was asked for.</summary>
    public ModelProviderState Provider { get; }

    internal OrtSession Native { get; }

    /// <summary>Reads, checks and loads a model. No other file is opened than it and its external data; no library is loaded.</summary>
    /// <param name="runtime">outlives the session</param> <param name="path">the .onnx file</param> <param name="options">null for the defaults</param>
    /// <exception cref="ModelException">The model was refused; the message says why.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its documented range.</exception>
    public static ModelSession Load(ModelRuntime runtime, string path, ModelSessionOptions? options = null)
    {
        options = (options ?? new ModelSessionOptions()).Validated();
        using OnnxFile file = OnnxFile.Read(path, options.Root, options.BytesMax);
        ModelProvider used = options.Provider;
        string? reason = null;
        try
        {
            return Load(used);
        }
        catch (OrtException failure) when (used != ModelProvider.Cpu)
        {
            if (options.ProviderRequired) throw new ModelException(path, $"{used} is not to be had: {failure.Message}", failure);
            (used, reason) = (ModelProvider.Cpu, failure.Message);
        }
        runtime.Warn($"{path}: runs on {used} instead of {options.Provider}: {reason}");
        return Load(used);

        ModelSession Load(ModelProvider provider)
        {
            try
            {
                OrtSession native = Create(runtime.Environment, file, provider, options.Cuda);
                return new ModelSession(path, file.Bytes, native, new ModelProviderState(options.Provider, provider, reason), options.RefuseNonFinite);
            }
            catch (OrtException failure) when (provider == ModelProvider.Cpu)
            {
                throw new ModelException(path, failure.Message, failure);
            }
        }
    }

    /// <summary>An output by its name.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    public ModelValueInfo Output(string name) => Native.Outputs.FirstOrDefault(info => info.Name == name)
        ?? throw new ModelException(Path, $"no output '{name}' (expected {string.Join(", ", Outputs.Select(info => info.Name))})");

    /// <summary>Makes columns for a number of rows.</summary>
    /// <param name="rowsMax">1 to <see cref="RowsMax"/></param>
    /// <param name="outputs">outputs wanted; null for all. One that is not a tensor of numbers must be left out.</param>
    /// <param name="dimensions">values of open dimensions other than the first, by the model's name for them</param>
    /// <exception cref="ModelException">The model's tensors do not make rows; the message says which.</exception>
    public ModelBatch CreateBatch(int rowsMax, IReadOnlyList<string>? outputs = null, IReadOnlyDictionary<string, long>? dimensions = null)
    {
        OptionRange.Check(rowsMax, 1, RowsMax, nameof(rowsMax));
        return new ModelBatch(this, rowsMax, new ModelBatchShape(this, outputs, dimensions ?? new Dictionary<string, long>()));
    }

    /// <summary>Runs the first rows of a batch, in place: nothing is copied, and in steady state nothing is allocated.</summary>
    /// <param name="batch">made by this session; not used by another thread meanwhile</param>
    /// <param name="rows">1 to the batch's RowsMax; running the same number again is cheapest</param>
    /// <param name="deadline">time that it may take; null for any. It is looked at between operators, to a millisecond or two.</param>
    /// <exception cref="ModelDeadlineException">The deadline passed; the session and the batch remain usable.</exception>
    /// <exception cref="ModelRunException">An operator failed, or an output is not a finite number.</exception>
    public void Run(ModelBatch batch, int rows, TimeSpan? deadline = null)
    {
        if (batch.Session != this) throw new ArgumentException("the batch belongs to another session", nameof(batch));
        OptionRange.Check(rows, 1, batch.RowsMax, nameof(rows));
        ObjectDisposedException.ThrowIf(_disposed, this);
        OrtRunControl control = batch.Control;
        ModelInference.Begin(control, deadline);
        try
        {
            batch.Run(rows);
        }
        catch (OrtException failure)
        {
            throw ModelInference.Explain(failure, control, deadline);
        }
        finally
        {
            control.Stop();
        }
        if (_refuseNonFinite) batch.RequireFinite();
    }

    /// <summary>Runs once on tensors of any shape that the model takes, and copies what it answers; for what does not come in rows.</summary>
    /// <param name="inputs">every input by name</param>
    /// <param name="outputs">outputs wanted; null for all</param>
    /// <param name="deadline">time that it may take; null for any</param>
    /// <returns>the values, in the order of the outputs</returns>
    /// <exception cref="ModelDeadlineException">The deadline passed; the session remains usable.</exception>
    /// <exception cref="ModelRunException">An input of another name, type or shape; or an operator failed.</exception>
    public IReadOnlyList<ModelValue> Infer(IReadOnlyDictionary<string, ModelTensor> inputs, IReadOnlyList<string>? outputs = null, TimeSpan? deadline = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _inference.Run(inputs, outputs ?? [.. Outputs.Select(info => info.Name)], deadline);
    }

    /// <summary>Refuses what <see cref="Infer"/> would refuse, without running.</summary>
    /// <param name="inputs">every input by name</param> <param name="outputs">outputs wanted</param>
    /// <exception cref="ModelRunException">An input or output of another name, type or shape.</exception>
    public void Check(IReadOnlyDictionary<string, ModelTensor> inputs, IReadOnlyList<string> outputs) => _inference.Check(inputs, outputs);

    /// <summary>Frees the model once its batches are disposed too.</summary>
    public void Dispose()
    {
        _disposed = true;
        Native.Dispose();
    }

    private static OrtSession Create(OrtEnvironment environment, OnnxFile file, ModelProvider provider, ModelCudaOptions cuda)
    {
        using var options = new OrtSessionOptions(environment, System.IO.Path.GetFileName(file.Path));
        if (provider == ModelProvider.Cuda) options.AppendCuda(cuda);
        if (file.Locations.Length > 0) options.AddExternalData(file.Locations, file.Addresses, file.Sizes);
        return new OrtSession(environment, file.Model, options);
    }
}
