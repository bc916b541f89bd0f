namespace Rubato;

/// <summary>Runs on tensors of any shape: checks them against what the model says, runs, copies what comes out.</summary>
internal sealed class ModelInference(OrtSession session)
{
    /// <exception cref="ModelRunException">See <see cref="ModelSession.Infer"/>.</exception>
    public IReadOnlyList<ModelValue> Run(IReadOnlyDictionary<string, ModelTensor> inputs, IReadOnlyList<string> outputs, TimeSpan? deadline)
    {
        ModelTensor[] tensors = Check(inputs, outputs);
        using var inputNames = new OrtNames([.. session.Inputs.Select(info => info.Name)]);
        using var outputNames = new OrtNames(outputs);
        using var control = new OrtRunControl(session.Environment);
        using var values = new OrtValues(session.Environment);
        foreach (ModelTensor tensor in tensors) values.Add(tensor);
        var results = new nint[outputs.Count];
        Begin(control, deadline);
        try
        {
            session.Run(control, inputNames.All, values.All, outputNames.All, results);
            values.Own(results);
            var reader = new OrtValueReader(session.Environment);
            return [.. results.Select((value, i) => reader.Read(value, outputs[i]))];
        }
        catch (OrtException failure)
        {
            throw Explain(failure, control, deadline);
        }
        finally
        {
            control.Stop();
            GC.KeepAlive(tensors); // their memory is pinned, not owned, by the values
        }
    }

    /// <summary>The inputs in the model's order.</summary>
    /// <exception cref="ModelRunException">An input or output of another name, type or shape.</exception>
    public ModelTensor[] Check(IReadOnlyDictionary<string, ModelTensor> inputs, IReadOnlyList<string> outputs)
    {
        foreach (string name in inputs.Keys)
            if (session.Inputs.All(info => info.Name != name)) throw Unknown("input", name, session.Inputs);
        foreach (string name in outputs)
            if (session.Outputs.All(info => info.Name != name)) throw Unknown("output", name, session.Outputs);
        return [.. session.Inputs.Select(info => Checked(info, inputs))];
    }

    /// <summary>Starts the clock, or refuses a deadline that has passed.</summary>
    public static void Begin(OrtRunControl control, TimeSpan? deadline)
    {
        if (deadline is { } time && time <= TimeSpan.Zero) throw new ModelDeadlineException(time);
        control.Start(deadline);
    }

    /// <summary>What a failed run means to its caller.</summary>
    public static ModelRunException Explain(OrtException failure, OrtRunControl control, TimeSpan? deadline) =>
        control.Terminated && deadline is { } time ? new ModelDeadlineException(time, failure) : new ModelRunException(failure.Message, failure);

    private static ModelTensor Checked(ModelValueInfo info, IReadOnlyDictionary<string, ModelTensor> inputs)
    {
        if (!info.IsTensor) throw new ModelRunException($"input '{info.Name}' is a {info.Type} (only tensors can be given)");
        if (!inputs.TryGetValue(info.Name, out ModelTensor? tensor)) throw new ModelRunException($"input '{info.Name}' is missing (expected {info})");
        if (tensor.Element != info.Element || !info.Fits(tensor.Shape)) throw new ModelRunException($"input '{info.Name}' is {tensor} (expected {info})");
        if (Problem(tensor) is { } problem) throw new ModelRunException($"input '{info.Name}': {problem}");
        return tensor;
    }

    // The library takes such elements for something else, or for undefined behaviour, without a word.
    private static string? Problem(ModelTensor tensor)
    {
        if (tensor.Element == ModelElementType.Bool && tensor.Data.IndexOfAnyExceptInRange<byte>(0, 1) is >= 0 and int at) return $"element {at} is {tensor.Data[at]} (expected 0 or 1)";
        if (tensor.Element != ModelElementType.String) return null;
        for (int i = 0; i < tensor.Strings.Count; i++)
            if (tensor.Strings[i].Contains('\0')) return $"text {i} has a zero byte, which would end it";
        return null;
    }

    private static ModelRunException Unknown(string what, string name, ModelValueInfo[] known) =>
        new($"no {what} '{name}' (expected {string.Join(", ", known.Select(info => info.Name))})");
}
