namespace Rubato;

/// <summary>Inputs of a model and what it must answer to them.</summary>
public sealed class ModelExpectation
{
    private readonly Dictionary<string, ModelTensor> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelTensor> _outputs = new(StringComparer.Ordinal);

    private ModelExpectation(string path) => Path = path;

    /// <summary>The file or folder it was read from.</summary>
    public string Path { get; }

    /// <summary>Every input by name.</summary>
    public IReadOnlyDictionary<string, ModelTensor> Inputs => _inputs;

    /// <summary>The outputs that are expected, by name; at least one.</summary>
    public IReadOnlyDictionary<string, ModelTensor> Outputs => _outputs;

    /// <summary>Reads an .npz file whose arrays are named like inputs and outputs, or a folder of input_0.pb, output_0.pb and so on in the model's order.</summary>
    /// <remarks>Where the model has one output, its array may have any name.</remarks>
    /// <param name="path">file or folder</param> <param name="session">the model, which knows the names</param>
    /// <exception cref="ModelException">Missing or damaged, an array of an unknown name, an input that is not there, or no output.</exception>
    public static ModelExpectation Read(string path, ModelSession session)
    {
        var expectation = new ModelExpectation(path);
        if (Directory.Exists(path))
        {
            expectation.AddProtos("input", session.Inputs, expectation._inputs);
            expectation.AddProtos("output", session.Outputs, expectation._outputs);
        }
        else
        {
            expectation.AddArrays(session);
        }
        if (session.Inputs.FirstOrDefault(input => !expectation._inputs.ContainsKey(input.Name)) is { } missing)
            throw new ModelException(path, $"no input '{missing.Name}' (expected {missing})");
        if (expectation._outputs.Count == 0) throw new ModelException(path, "no expected output");
        return expectation;
    }

    /// <summary>Runs the model on the inputs and compares.</summary>
    /// <param name="session">the model</param> <param name="comparison">tolerances</param> <param name="deadline">of the run; null for any</param>
    /// <returns>the largest error of the outputs that are floating-point numbers</returns>
    /// <exception cref="ModelException">An output differs; the message says where.</exception>
    /// <exception cref="ModelRunException">The run failed.</exception>
    public double Check(ModelSession session, TensorComparison comparison, TimeSpan? deadline = null)
    {
        string[] names = [.. _outputs.Keys];
        IReadOnlyList<ModelValue> answers = session.Infer(_inputs, names, deadline);
        double worst = 0;
        for (int i = 0; i < names.Length; i++)
        {
            if (answers[i] is not ModelTensor actual) throw new ModelException(Path, $"output '{names[i]}' is no tensor (expected {_outputs[names[i]]})");
            string? difference = comparison.Difference(_outputs[names[i]], actual);
            if (difference is not null) throw new ModelException(Path, $"output '{names[i]}': {difference}");
            worst = Math.Max(worst, TensorComparison.MaxError(_outputs[names[i]], actual));
        }
        return worst;
    }

    private void AddProtos(string kind, IReadOnlyList<ModelValueInfo> infos, Dictionary<string, ModelTensor> tensors)
    {
        for (int i = 0; ; i++)
        {
            string file = System.IO.Path.Combine(Path, $"{kind}_{i}.pb");
            if (!File.Exists(file)) return;
            if (i >= infos.Count) throw new ModelException(file, $"the model has {infos.Count} {kind}s");
            tensors.Add(infos[i].Name, TensorProtoFile.Read(file).Tensor);
        }
    }

    private void AddArrays(ModelSession session)
    {
        foreach ((string name, ModelTensor tensor) in NpzFile.Read(Path))
        {
            if (session.Inputs.Any(info => info.Name == name)) _inputs.Add(name, tensor);
            else if (session.Outputs.Any(info => info.Name == name)) _outputs.Add(name, tensor);
            else if (session.Outputs.Count == 1 && _outputs.TryAdd(session.Outputs[0].Name, tensor)) continue;
            else throw new ModelException(Path, $"array '{name}' (expected {string.Join(", ", session.Inputs.Concat(session.Outputs).Select(info => info.Name))})");
        }
    }
}
