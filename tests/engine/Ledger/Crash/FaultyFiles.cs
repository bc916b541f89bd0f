namespace Rubato.Tests.Ledgers;

/// <summary>
/// A ledger's folder in memory that keeps what the contract of <see cref="ILedgerFiles"/> promises, and nothing more. The power can be cut
/// at any operation: then contents and names that were not synchronised are lost, torn and reordered. The disk can also be full, take
/// short writes, or fail to synchronise, after which, as on Linux, what was not written counts as written.
/// </summary>
internal sealed class FaultyFiles(Random random) : ILedgerFiles
{
    private readonly List<(string? Removed, string? Added, FaultyFile? File)> _pendingNames = [];
    private Dictionary<string, FaultyFile> _names = [], _durableNames = [];
    private bool _isLocked;

    public string Path => "/faulty";

    /// <summary>Operations until the power fails; that one may happen in part.</summary>
    public int OperationsUntilCut { get; set; } = int.MaxValue;

    public bool IsCut { get; private set; }

    /// <summary>Bytes that the disk still takes.</summary>
    public long BytesUntilFull { get; set; } = long.MaxValue;

    /// <summary>Synchronisations until one fails.</summary>
    public int SyncsUntilFailure { get; set; } = int.MaxValue;

    public bool WritesShort { get; set; }

    /// <summary>A disk that lies: contents, or names, are not durable when it says so. The crash tests must notice.</summary>
    public bool IgnoresSync { get; set; }

    public bool IgnoresFolderSync { get; set; }

    public int Syncs { get; private set; }

    public Random Random => random;

    /// <summary>The files as a process sees them.</summary>
    public Dictionary<string, byte[]> Contents() => _names.ToDictionary(entry => entry.Key, entry => entry.Value.Content);

    /// <summary>Replaces a file, durably.</summary>
    public void Replace(string name, byte[] content) => _names[name] = _durableNames[name] = new FaultyFile(this, content);

    /// <summary>A folder that holds these files, durably.</summary>
    public static FaultyFiles Of(IEnumerable<KeyValuePair<string, byte[]>> contents, int seed = 0)
    {
        var files = new FaultyFiles(new Random(seed));
        foreach ((string name, byte[] content) in contents) files.Replace(name, content);
        return files;
    }

    /// <summary>The power comes back: what was not synchronised has survived by chance.</summary>
    public void RestorePower()
    {
        foreach (FaultyFile file in _names.Values.Concat(_durableNames.Values).Concat(_pendingNames.Select(name => name.File).OfType<FaultyFile>()).Distinct())
            file.LosePower();
        foreach ((string? removed, string? added, FaultyFile? file) in _pendingNames)
        {
            if (random.Next(2) == 0) continue;
            if (removed is not null) _durableNames.Remove(removed);
            if (added is not null) _durableNames[added] = file!;
        }
        _pendingNames.Clear();
        _names = new(_durableNames);
        Restart();
    }

    /// <summary>The process was killed: everything is there, and what was not synchronised still is not.</summary>
    public void Restart()
    {
        (IsCut, _isLocked, OperationsUntilCut) = (false, false, int.MaxValue);
    }

    public void Lock()
    {
        if (_isLocked) throw new LedgerException(Path, "another process has this ledger open");
        _isLocked = true;
    }

    public string[] Names() => [.. _names.Keys];

    public ILedgerFile Create(string name)
    {
        bool isLast = Count();
        var file = new FaultyFile(this, []);
        _names[name] = file;
        _pendingNames.Add((null, name, file));
        ThrowIf(isLast);
        return file;
    }

    public ILedgerFile Open(string name) => _names.TryGetValue(name, out FaultyFile? file) ? file : throw new FileNotFoundException(name);

    public void Rename(string from, string to)
    {
        bool isLast = Count();
        FaultyFile file = _names[from];
        _names.Remove(from);
        _names[to] = file;
        _pendingNames.Add((from, to, file));
        ThrowIf(isLast);
    }

    public void Delete(string name)
    {
        bool isLast = Count();
        _names.Remove(name);
        _pendingNames.Add((name, null, null));
        ThrowIf(isLast);
    }

    public void SyncFolder()
    {
        ThrowIf(Count());
        if (IgnoresFolderSync) return;
        foreach ((string? removed, string? added, FaultyFile? file) in _pendingNames)
        {
            if (removed is not null) _durableNames.Remove(removed);
            if (added is not null) _durableNames[added] = file!;
        }
        _pendingNames.Clear();
    }

    public void Dispose() => _isLocked = false;

    /// <summary>Counts an operation; whether the power fails with it.</summary>
    public bool Count()
    {
        ThrowIf(IsCut);
        return --OperationsUntilCut <= 0;
    }

    public void ThrowIf(bool isCut)
    {
        if (!isCut) return;
        IsCut = true;
        throw new IOException("the power is cut");
    }

    public bool CountSync()
    {
        Syncs++;
        return --SyncsUntilFailure == 0;
    }
}
