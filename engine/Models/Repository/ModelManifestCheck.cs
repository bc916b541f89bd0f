namespace Rubato;

/// <summary>Compares what model.json says of a model with what the model says.</summary>
internal static class ModelManifestCheck
{
    /// <exception cref="ModelException">An input or output of another name or shape, one that is not mapped, or missing values of a type that has none.</exception>
    public static void Require(ModelManifest manifest, ModelSession session, string path)
    {
        if (manifest.Inputs.Count == 0 && manifest.Outputs.Count == 0) return; // not part of the pipeline
        var shape = new ModelBatchShape(session, [.. manifest.Outputs.Select(output => Find(output, session.Outputs, "output", path).Name)], manifest.Dimensions);
        foreach (ModelBinding input in manifest.Inputs)
        {
            ModelValueInfo info = Find(input, session.Inputs, "input", path);
            RequireShape(input, info, shape, path);
            if (input.TakesNaN && !FiniteElements.Concern(info.Element))
                throw new ModelException(path, $"'{input.Name}': missing: the model has {info}, which holds no NaN (expected float16, bfloat16, float32 or float64)");
        }
        foreach (ModelBinding output in manifest.Outputs) RequireShape(output, Find(output, session.Outputs, "output", path), shape, path);
        foreach (ModelValueInfo info in session.Inputs)
            if (manifest.Inputs.All(input => input.Name != info.Name)) throw new ModelException(path, $"inputs: {info} is not mapped (expected every input of the model)");
    }

    private static ModelValueInfo Find(ModelBinding binding, IReadOnlyList<ModelValueInfo> infos, string what, string path) =>
        infos.FirstOrDefault(info => info.Name == binding.Name)
        ?? throw new ModelException(path, $"{what}s: the model has no {what} '{binding.Name}' (expected {string.Join(", ", infos)})");

    private static void RequireShape(ModelBinding binding, ModelValueInfo info, ModelBatchShape shape, string path)
    {
        if (binding.RowShape is null) return;
        long[] actual = shape.RowShape(info);
        if (!actual.SequenceEqual(binding.RowShape))
            throw new ModelException(path, $"'{binding.Name}': rows of [{string.Join(", ", binding.RowShape)}] (expected [{string.Join(", ", actual)}], as the model has {info})");
    }
}
