namespace Rubato;

/// <summary>One model of the repository with everything that is loaded of it. Belongs to the keeper's thread.</summary>
internal sealed class ModelShelf(string name)
{
    private readonly Dictionary<string, HashSet<int>> _holders = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public SortedDictionary<int, VersionState> Versions { get; } = [];

    /// <summary>Labels and the versions that they stand for, each loaded.</summary>
    public Dictionary<string, int> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>Labels that are to move by an operator's word, until they have or it turns out that they cannot.</summary>
    public Dictionary<string, int> Ordered { get; } = new(StringComparer.Ordinal);

    /// <summary>labels.json as it was last read or written.</summary>
    public ModelLabels File { get; set; } = ModelLabels.None;

    public IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>The comparison going on; one at a time.</summary>
    public ShadowTrial? Trial { get; set; }

    public IEnumerable<VersionState> Loaded => Versions.Values.Where(version => version.Loaded is not null);

    /// <summary>labels.json could not be written: what is in memory holds.</summary>
    public bool IsFileStale { get; set; }

    /// <summary>Takes over what the folder holds now.</summary>
    /// <param name="folder">what the repository saw</param> <param name="print">the files of a version; null where they cannot be read, with a problem added</param>
    /// <param name="settleAtOnce">do not wait for a second look</param>
    public void Look(ModelFolder folder, Func<int, List<string>, FolderPrint?> print, bool settleAtOnce)
    {
        var problems = new List<string>(folder.Problems);
        if (!IsFileStale) File = folder.Labels ?? File;
        foreach (int number in folder.Versions ?? [])
        {
            if (!Versions.TryGetValue(number, out VersionState? version)) Versions.Add(number, version = new VersionState(number));
            if (print(number, problems) is not { } now) continue;
            bool same = version.Print == now && now.Files > 0;
            if ((!same && version.Loaded is null) || version.IsRefusedForMemory) (version.Refused, version.IsRefusedForMemory) = (null, false);
            version.IsSettled = same || settleAtOnce;
            version.Print = now;
        }
        Problems = problems;
        if (folder.Versions is null) return; // what is refused stays refused
        foreach (VersionState gone in Versions.Values.Where(version => version.Loaded is null && !folder.Versions.Contains(version.Version)).ToList())
            Versions.Remove(gone.Version);
    }

    /// <summary>The version that a label should stand for; null for none.</summary>
    public int? Wanted(string label)
    {
        if (Ordered.TryGetValue(label, out int ordered)) return ordered;
        int? written = File.Versions.TryGetValue(label, out int version) ? version : null;
        if (File.Pinned.Contains(label)) return written;
        VersionState? newest = Versions.Values.LastOrDefault(candidate => candidate.IsEligible && candidate.Wishes.Contains(label));
        return newest is not null && newest.Version > (written ?? 0) ? newest.Version : written;
    }

    /// <summary>Every label that stands for something or should.</summary>
    public IReadOnlyList<string> AllLabels() => [.. Labels.Keys.Union(Ordered.Keys).Union(File.Versions.Keys)
        .Union(Versions.Values.Where(version => version.IsEligible).SelectMany(version => version.Wishes)).Order(StringComparer.Ordinal)];

    /// <summary>Whether a version may take a label at once: nobody has it, nothing must be shown, or it had the label before.</summary>
    public bool MayMove(string label, ModelGeneration to) =>
        to.Manifest.Shadow is null || !Labels.ContainsKey(label) || (_holders.TryGetValue(label, out HashSet<int>? holders) && holders.Contains(to.Version));

    /// <summary>Moves a label to a loaded version.</summary>
    public void Move(string label, int version)
    {
        Labels[label] = version;
        if (!_holders.TryGetValue(label, out HashSet<int>? holders)) _holders.Add(label, holders = []);
        holders.Add(version);
    }

    /// <summary>Whether something keeps a version loaded.</summary>
    public bool Needs(VersionState version) => version.IsKept || Labels.ContainsValue(version.Version) || Trial?.Candidate == version.Loaded;

    /// <summary>Where requests go now.</summary>
    public ModelRoute Route() => new(Name,
        Labels.Where(label => Versions.TryGetValue(label.Value, out VersionState? version) && version.Loaded is not null)
            .ToDictionary(label => label.Key, label => Versions[label.Value].Loaded!, StringComparer.Ordinal),
        Loaded.ToDictionary(version => version.Version, version => version.Loaded!), File.CanaryPercent);

    /// <summary>As the host shows it.</summary>
    public ModelInfo Info() => new(Name, [.. Versions.Values.Select(Info)], File.CanaryPercent, File.Pinned, Problems);

    private ModelVersionInfo Info(VersionState version)
    {
        string[] labels = [.. Labels.Where(label => label.Value == version.Version).Select(label => label.Key).Order(StringComparer.Ordinal)];
        return new ModelVersionInfo(version.Version, labels, version.Loaded, version.Refused, version.Drift, Trial?.Candidate == version.Loaded ? Trial : null);
    }
}
