namespace Rubato;

/// <summary>Loads versions one at a time, on a thread that yields to those that serve, and only what fits into the memory budget.</summary>
internal sealed class ModelLoader(ModelRepository repository, long memoryBytesMax, Action<ModelGeneration> drained, Action<ModelLogLevel, string>? log)
{
    private const int EstimateFactor = 2; // weights once in their layout on disk and once in the runtime's own, and the tests

    /// <summary>Whether the budget has no room for a version, looked at before anything of it is loaded.</summary>
    /// <param name="name">the model</param> <param name="version">the version</param> <param name="bytesInUse">of everything that is loaded or not yet freed</param>
    /// <returns>null where there is room</returns>
    /// <exception cref="DataFileException">Its folder or its model.json cannot be read.</exception>
    public string? MemoryProblem(string name, int version, long bytesInUse)
    {
        long bytes = BytesOf(name, version), left = Math.Max(0, memoryBytesMax - bytesInUse);
        return bytes > left ? $"takes {bytes} bytes of memory (expected at most {left}: {bytesInUse} of {memoryBytesMax} are in use)" : null;
    }

    /// <summary>Loads, tests and warms up a version; it has no threads yet.</summary>
    /// <param name="name">the model</param> <param name="version">the version</param>
    /// <exception cref="DataFileException">It was refused.</exception>
    public ModelGeneration Load(string name, int version)
    {
        long bytes = BytesOf(name, version);
        ModelGeneration? generation = null;
        Exception? refused = null;
        ThreadPriorities.RunLow($"model {name}/{version} load", () =>
        {
            try
            {
                generation = Load(name, version, bytes);
            }
            catch (Exception failure) // thrown again by the waiting thread
            {
                refused = failure;
            }
        });
        if (refused is DataFileException) throw refused;
        if (refused is not null) throw new ModelException(Path.Combine(repository.Path, name, $"{version}"), DataFileException.Describe(refused), refused);
        return generation!;
    }

    private long BytesOf(string name, int version) => repository.ReadManifest(name, version).MemoryBytes ?? EstimateFactor * repository.Print(name, version).Bytes;

    private ModelGeneration Load(string name, int version, long bytes)
    {
        LoadedModel model = repository.Load(name, version);
        var batches = new ModelBatch?[model.Manifest.Instances];
        try
        {
            for (int i = 0; i < batches.Length; i++)
            {
                batches[i] = CreateBatch(model);
                if (batches[i] is { } batch) model.WarmUp(batch);
            }
            return new ModelGeneration(model, batches, bytes, drained, log);
        }
        catch
        {
            foreach (ModelBatch? batch in batches) batch?.Dispose();
            model.Dispose();
            throw;
        }
    }

    // A model that is not part of the pipeline need not come in rows.
    private static ModelBatch? CreateBatch(LoadedModel model)
    {
        try
        {
            return model.CreateBatch();
        }
        catch (ModelException) when (model.Manifest.Outputs.Count == 0)
        {
            return null;
        }
    }
}
