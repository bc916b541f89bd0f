namespace Rubato;

/// <summary>A version of a model that was loaded, warmed and self-tested: what a label may stand for.</summary>
public sealed class LoadedModel : IDisposable
{
    internal LoadedModel(string name, int version, ModelManifest manifest, ModelSession session, double selfTestError)
    {
        (Name, Version, Manifest, Session, SelfTestError) = (name, version, manifest, session, selfTestError);
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

    /// <summary>Frees the model once its batches are disposed too.</summary>
    public void Dispose() => Session.Dispose();
}
