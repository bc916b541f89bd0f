namespace Rubato;

/// <summary>Where requests for one model go, as it is now; replaced as a whole when something moves.</summary>
/// <param name="Name">the model</param> <param name="Labels">labels and what they stand for</param> <param name="Versions">everything that is loaded</param>
/// <param name="CanaryPercent">share of the listeners without a label of their own that get canary</param>
internal sealed record ModelRoute(string Name, Dictionary<string, ModelGeneration> Labels, Dictionary<int, ModelGeneration> Versions, double CanaryPercent)
{
    private readonly ulong _salt = CanaryShare.Salt(Name);
    private readonly ModelGeneration? _stable = Labels.GetValueOrDefault(ModelLabels.Stable), _canary = Labels.GetValueOrDefault(ModelLabels.Canary);

    /// <summary>What a request gets; null where there is no such thing.</summary>
    /// <param name="version">0 to go by label</param> <param name="label">"" for stable, or canary for its share of the listeners</param> <param name="listener">0 for nobody</param>
    public ModelGeneration? Find(int version, ReadOnlySpan<char> label, ulong listener)
    {
        if (version != 0) return Versions.GetValueOrDefault(version);
        if (!label.IsEmpty) return Labels.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(label, out ModelGeneration? labelled) ? labelled : null;
        return _canary is not null && CanaryShare.Has(listener, _salt, CanaryPercent) ? _canary : _stable;
    }
}
