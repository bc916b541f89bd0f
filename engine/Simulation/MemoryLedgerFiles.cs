namespace Rubato;

/// <summary>A ledger's folder in memory: a simulation wants the ledger's arithmetic, and has nothing to survive for.</summary>
internal sealed class MemoryLedgerFiles : ILedgerFiles
{
    private readonly Dictionary<string, MemoryLedgerFile> _files = [];

    public string Path => "(memory)";

    public void Lock()
    {
    }

    public string[] Names()
    {
        lock (_files) return [.. _files.Keys];
    }

    public ILedgerFile Create(string name)
    {
        lock (_files) return _files[name] = new MemoryLedgerFile();
    }

    public ILedgerFile Open(string name)
    {
        lock (_files) return _files[name];
    }

    public void Rename(string from, string to)
    {
        lock (_files)
        {
            _files[to] = _files[from];
            _files.Remove(from);
        }
    }

    public void Delete(string name)
    {
        lock (_files) _files.Remove(name);
    }

    public void SyncFolder()
    {
    }

    public void Dispose()
    {
    }
}
