namespace Rubato;

/// <summary>A version of a model that was loaded, warmed and self-tested: what a label may stand for.</summary>
public sealed class LoadedModel : IDisposable
{
    private readonly IReadOnlyDictionary<string, ModelTensor> _warmUp;

    /// <param name="name">the model's folder</param> <param name="version">the version's folder</param> <param name="manifest">its model.json</param>
    /// <param name="session">owned from here on</param> <param name="selfTestError">of all tests</param> <param name="warmUp">inputs of a test, to warm batches up with</param>
    internal LoadedModel(string name, int version, ModelManifest manifest, ModelSession session, double selfTestError, IReadOnlyDictionary<string, ModelTensor> warmUp)
    {
        (Name, Version, Manifest, Session, SelfTestError, _warmUp) = (name, version, manifest, session, selfTestError, warmUp);
    }

    /// <summary>The model's folder.</summary>
    public string Name { get; }

    /// <summary>The version's folder.</summary>
    public int Version { get; }

    /// <summary>Its model.json.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The model, ready to run.</summary>
    public ModelSession Session { get; }

    /// <summary>Largest error of the floating-point outputs in the self-test.</summary>
    public double SelfTestError { get; }

    /// <summary>A batch of the size that model.json permits.</summary>
    public ModelBatch CreateBatch() =>
        Session.CreateBatch(Manifest.RowsMax, Manifest.Outputs.Count == 0 ? null : [.. Manifest.Outputs.Select(output => output.Name)], Manifest.Dimensions);

    /// <summary>Runs a batch of one row and a full one on the rows of a self-test, so that no caller meets the first run of a size.</summary>
    /// <exception cref="ModelException">A run failed.</exception>
    internal void WarmUp(ModelBatch batch)
    {
        if (!TryFill(batch)) return; // the test's shapes are not those of the batch
        try
        {
            Session.Run(batch, 1, Manifest.RunDeadline);
            Session.Run(batch, batch.RunRowsMax, Manifest.RunDeadline);
        }
        catch (ModelRunException failure)
        {
            throw new ModelException(Session.Path, $"the warm-up of a batch of {batch.RunRowsMax} failed: {failure.Message}", failure);
        }
    }

    /// <summary>Frees the model once its batches are disposed too.</summary>
    public void Dispose() => Session.Dispose();

    private bool TryFill(ModelBatch batch)
    {
        for (int i = 0; i < batch.InputColumns.Count; i++)
        {
            ModelColumn column = batch.InputColumns[i];
            int rowBytes = column.BytesOf(1);
            if (!_warmUp.TryGetValue(column.Info.Name, out ModelTensor? tensor) || tensor.Bytes.Length == 0 || tensor.Bytes.Length % rowBytes != 0) return false;
            for (int row = 0; row < batch.RunRowsMax; row++)
                tensor.Bytes.AsSpan(row * rowBytes % tensor.Bytes.Length, rowBytes).CopyTo(batch.InputBytes(i, row, 1));
        }
        return true;
    }
}
