namespace Rubato;

/// <summary>Brings what is loaded and what labels stand for into line with the repository and with what operators ask. One thread calls it.</summary>
internal sealed class ModelKeeper
{
    private readonly ModelRepository _repository;
    private readonly ModelLoader _loader;
    private readonly ModelHostOptions _options;
    private readonly Action _wake;
    private readonly Action _publish;
    private readonly List<ModelGeneration> _letGo = [];
    private readonly SortedDictionary<string, ModelShelf> _shelves = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = [];
    private readonly Dictionary<string, Func<ModelGeneration, string?>> _checks = new(StringComparer.Ordinal);
    private long _bytes;

    /// <param name="repository">the folder</param> <param name="options">checked</param>
    /// <param name="drained">hears of generations that nobody holds any more; <see cref="Free"/> must then be called</param>
    /// <param name="wake">has <see cref="Settle()"/> called again</param>
    /// <param name="publish">takes <see cref="Routes"/> and <see cref="Infos"/> as they now are</param>
    public ModelKeeper(ModelRepository repository, ModelHostOptions options, Action<ModelGeneration> drained, Action wake, Action<ModelKeeper> publish)
    {
        (_repository, _options, _wake, _publish) = (repository, options, wake, () => publish(this));
        _loader = new ModelLoader(repository, options.MemoryBytesMax, drained, options.Log);
    }

    /// <summary>Where requests go, by model; replaced after every change.</summary>
    public Dictionary<string, ModelRoute> Routes => _shelves.Values.ToDictionary(shelf => shelf.Name, shelf => shelf.Route(), StringComparer.Ordinal);

    public IReadOnlyList<ModelInfo> Infos => [.. _shelves.Values.Select(shelf => shelf.Info())];

    /// <summary>Bytes that everything takes that is loaded or not yet freed.</summary>
    public long Bytes => _bytes;

    /// <summary>Reads the folder.</summary>
    /// <param name="settleAtOnce">take what is there for whole, as at the start or where an operator says so</param>
    public void Look(bool settleAtOnce)
    {
        foreach (ModelFolder folder in _repository.Scan())
        {
            if (!_shelves.TryGetValue(folder.Name, out ModelShelf? shelf)) _shelves.Add(folder.Name, shelf = new ModelShelf(folder.Name));
            shelf.Look(folder, (version, problems) => Print(folder.Name, version, problems), settleAtOnce);
            foreach (VersionState version in shelf.Versions.Values.Where(version => version.IsEligible && version.Loaded is null && version.WishesPrint != version.Print)) ReadWishes(shelf, version);
            foreach (string problem in shelf.Problems) TellOnce(problem);
        }
    }

    /// <summary>Moves every label as far as it can move now, and lets go of versions that nothing needs.</summary>
    public void Settle()
    {
        foreach (ModelShelf shelf in _shelves.Values)
        {
            EndTrial(shelf);
            foreach (string label in shelf.AllLabels()) Settle(shelf, label);
            foreach (VersionState version in shelf.Loaded.Where(version => !shelf.Needs(version)).ToList()) LetGo(shelf, version);
            Publish();
        }
    }

    /// <summary>Has every version of a model looked at before it gets a label, and those that have one now.</summary>
    /// <exception cref="ModelException">Something speaks against a version in service.</exception>
    public void Require(string name, Func<ModelGeneration, string?> check)
    {
        _checks[name] = check;
        if (!_shelves.TryGetValue(name, out ModelShelf? shelf)) return;
        foreach (VersionState version in shelf.Loaded)
            if (check(version.Loaded!) is { } problem) throw new ModelException(PathOf(shelf, version.Version), problem);
    }

    /// <summary>Loads a version to stay, whether it has a label or not.</summary>
    /// <exception cref="DataFileException">It was refused.</exception>
    public void Load(string name, int version)
    {
        (ModelShelf shelf, VersionState state) = Find(name, version);
        Require(shelf, state);
        state.IsKept = true;
    }

    /// <summary>Lets go of a version.</summary>
    /// <exception cref="ModelException">A label stands for it.</exception>
    public void Unload(string name, int version)
    {
        (ModelShelf shelf, VersionState state) = Find(name, version);
        string? label = shelf.Labels.FirstOrDefault(label => label.Value == version).Key;
        if (label is not null) throw new ModelException(PathOf(shelf, version), $"label {label} stands for it (expected a version without a label)");
        state.IsKept = false;
        if (shelf.Trial is { } trial && trial.Candidate == state.Loaded) StopTrial(shelf);
    }

    /// <summary>Gives a label to a version, and pins it there.</summary>
    /// <exception cref="DataFileException">The version was refused; the label stays where it is.</exception>
    public LabelMove Label(string name, string label, int version)
    {
        if (!ModelLabelsFile.IsName(label)) throw new ModelException(Path.Combine(_repository.Path, name), $"'{label}' is no label (expected letters, digits, '.', '-' or '_')");
        (ModelShelf shelf, VersionState state) = Find(name, version);
        state.Refused = null; // an operator may try again
        Require(shelf, state);
        shelf.Ordered[label] = version;
        Settle(shelf, label);
        if (state.Refused is { } refused) throw new ModelException(PathOf(shelf, version), refused);
        return shelf.Labels.TryGetValue(label, out int now) && now == version ? LabelMove.Moved : LabelMove.InShadow;
    }

    /// <summary>Takes a label away; requests that name it find nothing. Versions that ask for it get it no more.</summary>
    /// <exception cref="ModelException">There is no such label.</exception>
    public void Unlabel(string name, string label)
    {
        ModelShelf shelf = Find(name);
        if (!shelf.Labels.Remove(label))
            throw new ModelException(Path.Combine(_repository.Path, name), $"no label '{label}' ({(shelf.Labels.Count == 0 ? "it has none" : $"expected {string.Join(", ", shelf.Labels.Keys)}")})");
        shelf.Ordered.Remove(label);
        Save(shelf, shelf.File with { Versions = shelf.File.Versions.Where(entry => entry.Key != label).ToDictionary(), Pinned = [.. shelf.File.Pinned.Union([label])] });
    }

    /// <summary>Sets the share of the listeners that get canary.</summary>
    public void SetCanaryPercent(string name, double percent)
    {
        ModelShelf shelf = Find(name);
        Save(shelf, shelf.File with { CanaryPercent = percent });
    }

    /// <summary>Frees a generation that nobody holds any more.</summary>
    public void Free(ModelGeneration generation)
    {
        ThreadPriorities.RunLow($"model {generation.Name}/{generation.Version} unload", () =>
        {
            generation.Free();
            NativeHeap.Trim();
        });
        _bytes -= generation.Bytes;
        Tell(ModelLogLevel.Information, $"model {generation.Name}/{generation.Version} unloaded");
    }

    /// <summary>Lets go of everything.</summary>
    public void LetGoOfAll()
    {
        foreach (ModelShelf shelf in _shelves.Values)
        {
            StopTrial(shelf);
            shelf.Labels.Clear();
            foreach (VersionState version in shelf.Loaded.ToList()) LetGo(shelf, version);
        }
        Publish();
    }

    // First nobody finds a generation any more, then it is let go of: a request never meets one on its way out twice.
    private void Publish()
    {
        _publish();
        foreach (ModelGeneration generation in _letGo) generation.Release();
        _letGo.Clear();
    }

    private void Settle(ModelShelf shelf, string label)
    {
        while (shelf.Wanted(label) is { } wanted)
        {
            if (shelf.Labels.TryGetValue(label, out int now) && now == wanted) return;
            if (!shelf.Versions.TryGetValue(wanted, out VersionState? version) || !TryMoveFromHolder(shelf, label, version))
            {
                // A wish that fails makes room for the next; an order and a line of labels.json that fail stay where they are.
                bool ordered = shelf.Ordered.Remove(label);
                if (!ordered && shelf.File.Versions.TryGetValue(label, out int written) && written == wanted) return;
                continue;
            }
            return;
        }
        if (shelf.Labels.ContainsKey(label) && !shelf.File.Versions.ContainsKey(label)) shelf.Labels.Remove(label); // taken out of labels.json by hand
    }

    // At the start nobody holds a label yet. A version that asks for it and for the shadow too must show itself against the one that labels.json
    // names, which is loaded first: the budget may not have room for both. While that one is still being copied, nobody takes its place.
    private bool TryMoveFromHolder(ModelShelf shelf, string label, VersionState version)
    {
        if (version.AsksForShadow && !shelf.Labels.ContainsKey(label) && !shelf.Ordered.ContainsKey(label)
            && shelf.File.Versions.TryGetValue(label, out int written) && written != version.Version && shelf.Versions.TryGetValue(written, out VersionState? holder)
            && TryMove(shelf, label, holder) && !shelf.Labels.ContainsKey(label)) return true; // where it is refused there is nothing to compare with
        return TryMove(shelf, label, version);
    }

    /// <summary>Moves a label or begins what must come first; false where the version is not fit for it.</summary>
    private bool TryMove(ModelShelf shelf, string label, VersionState version)
    {
        if (version.Refused is not null || (version.Loaded is null && !version.IsSettled)) return version.Refused is null;
        try
        {
            Require(shelf, version);
        }
        catch (DataFileException)
        {
            return false;
        }
        ModelGeneration candidate = version.Loaded!;
        if (_checks.TryGetValue(shelf.Name, out Func<ModelGeneration, string?>? check) && check(candidate) is { } problem)
        {
            Refuse(shelf, version, problem);
            return false;
        }
        if (shelf.MayMove(label, candidate) || version.Drift is { Verdict: DriftReport.Passed } drift && drift.Served == shelf.Labels[label])
        {
            Move(shelf, label, version);
            return true;
        }
        if (shelf.Trial is not null) return true; // this one, or another that comes first
        ModelGeneration served = shelf.Versions[shelf.Labels[label]].Loaded!;
        if (ShadowTrial.Mismatch(served, candidate) is { } mismatch)
        {
            Refuse(shelf, version, $"cannot be compared with version {served.Version}: {mismatch}");
            return false;
        }
        served.TryHold();
        candidate.TryHold(); // both are loaded, and loaded ones are held
        shelf.Trial = new ShadowTrial(served, candidate, candidate.Manifest.Shadow!, _wake);
        Tell(ModelLogLevel.Information, $"model {shelf.Name}/{version.Version} runs in the shadow of version {served.Version}");
        return true;
    }

    private void Move(ModelShelf shelf, string label, VersionState version)
    {
        bool ordered = shelf.Ordered.Remove(label);
        shelf.Move(label, version.Version);
        Tell(ModelLogLevel.Information, $"model {shelf.Name}: {label} is version {version.Version}");
        if (!ordered && shelf.File.Versions.TryGetValue(label, out int written) && written == version.Version) return;
        var versions = new Dictionary<string, int>(shelf.File.Versions, StringComparer.Ordinal) { [label] = version.Version };
        Save(shelf, shelf.File with { Versions = versions, Pinned = ordered ? [.. shelf.File.Pinned.Union([label])] : shelf.File.Pinned });
    }

    private void EndTrial(ModelShelf shelf)
    {
        if (shelf.Trial is not { } trial) return;
        DriftReport report = trial.Report();
        bool overtaken = !shelf.Labels.ContainsValue(trial.Served.Version);
        if (report.Verdict is null && !overtaken) return;
        VersionState version = shelf.Versions[trial.Candidate.Version];
        version.Drift = report;
        StopTrial(shelf);
        if (report.Verdict is { } verdict && verdict != DriftReport.Passed) Refuse(shelf, version, $"in the shadow of version {report.Served}: {verdict}");
    }

    private static void StopTrial(ModelShelf shelf)
    {
        if (shelf.Trial is not { } trial) return;
        shelf.Trial = null;
        trial.Dispose();
        trial.Served.Release();
        trial.Candidate.Release();
    }

    /// <summary>Has a version loaded.</summary>
    private void Require(ModelShelf shelf, VersionState version)
    {
        if (version.Loaded is not null) return;
        try
        {
            if (_loader.MemoryProblem(shelf.Name, version.Version, _bytes) is { } problem)
            {
                version.IsRefusedForMemory = true;
                throw new ModelException(PathOf(shelf, version.Version), problem);
            }
            ModelGeneration loaded = _loader.Load(shelf.Name, version.Version);
            _bytes += loaded.Bytes;
            loaded.Start();
            (version.Loaded, version.Refused, version.Wishes) = (loaded, null, loaded.Manifest.Labels);
            string fallback = loaded.Session.Provider.FallbackReason is { } reason ? $" instead of {loaded.Session.Provider.Requested}: {reason}" : "";
            Tell(fallback.Length > 0 ? ModelLogLevel.Warning : ModelLogLevel.Information,
                $"model {shelf.Name}/{version.Version} loaded on {loaded.Session.Provider.Used}{fallback}; self-test error {loaded.SelfTestError:g3}");
        }
        catch (DataFileException refused)
        {
            Refuse(shelf, version, refused.Message);
            throw;
        }
    }

    private void LetGo(ModelShelf shelf, VersionState version)
    {
        ModelGeneration generation = version.Loaded!;
        version.Loaded = null;
        _letGo.Add(generation);
        if (!Directory.Exists(PathOf(shelf, version.Version))) shelf.Versions.Remove(version.Version);
    }

    private void ReadWishes(ModelShelf shelf, VersionState version)
    {
        try
        {
            ModelManifest manifest = _repository.ReadManifest(shelf.Name, version.Version);
            (version.Wishes, version.AsksForShadow, version.WishesPrint) = (manifest.Labels, manifest.Shadow is not null, version.Print);
        }
        catch (DataFileException refused)
        {
            Refuse(shelf, version, refused.Message);
        }
    }

    private FolderPrint? Print(string name, int version, List<string> problems)
    {
        try
        {
            return _repository.Print(name, version);
        }
        catch (ModelException unreadable) // gone, or on its way: perhaps the next look can
        {
            problems.Add(unreadable.Message);
            return null;
        }
    }

    private void Save(ModelShelf shelf, ModelLabels labels)
    {
        shelf.File = labels;
        try
        {
            _repository.WriteLabels(shelf.Name, labels);
            shelf.IsFileStale = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            shelf.IsFileStale = true;
            TellOnce($"labels of model {shelf.Name} hold until the server ends: {failure.Message}");
        }
    }

    private void Refuse(ModelShelf shelf, VersionState version, string reason)
    {
        version.Refused = reason;
        TellOnce($"model {shelf.Name}/{version.Version} refused: {reason}");
    }

    private ModelShelf Find(string name) => _shelves.TryGetValue(name, out ModelShelf? shelf) ? shelf
        : throw new ModelException(_repository.Path, $"no model '{name}' (expected {(_shelves.Count == 0 ? "a folder" : string.Join(", ", _shelves.Keys))})");

    private (ModelShelf Shelf, VersionState Version) Find(string name, int version)
    {
        ModelShelf shelf = Find(name);
        return shelf.Versions.TryGetValue(version, out VersionState? state) ? (shelf, state)
            : throw new ModelException(Path.Combine(_repository.Path, name), $"no version {version} (expected {string.Join(", ", shelf.Versions.Keys)})");
    }

    private string PathOf(ModelShelf shelf, int version) => Path.Combine(_repository.Path, shelf.Name, $"{version}");

    private void Tell(ModelLogLevel level, string line) => _options.Log?.Invoke(level, line);

    private void TellOnce(string line)
    {
        if (_told.Count < 1000 && _told.Add(line)) Tell(ModelLogLevel.Warning, line);
    }
}
