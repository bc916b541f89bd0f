namespace Rubato;

/// <summary>A ledger's folder on disk, created if need be, readable by its owner alone.</summary>
internal sealed class FolderLedgerFiles : ILedgerFiles
{
    private const string LockName = "lock";
    private const int LinuxLocked = 11, BsdLocked = 35, WindowsLocked = unchecked((int)0x80070020); // what an exception's HResult says of a file that is locked
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private FileStream? _lock;

    /// <exception cref="LedgerException">The folder does not exist and cannot be created.</exception>
    public FolderLedgerFiles(string folder)
    {
        Path = System.IO.Path.GetFullPath(folder);
        try
        {
            if (Directory.Exists(Path)) return;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
            else Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
            AtomicFile.SyncFolder(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(Path, $"cannot be created: {DataFileException.Describe(failure)}", failure);
        }
    }

    public string Path { get; }

    // FileShare.None is an advisory flock, which the kernel drops with the process, however it ends.
    public void Lock()
    {
        try
        {
            _lock = new FileStream(At(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure.HResult is LinuxLocked or BsdLocked or WindowsLocked)
        {
            throw new LedgerException(At(LockName), "another process has this ledger open", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(At(LockName), $"cannot be opened: {DataFileException.Describe(failure)}", failure);
        }
    }

    public string[] Names() => [.. Directory.EnumerateFiles(Path).Select(path => System.IO.Path.GetFileName(path)).Where(name => name != LockName)];

    public ILedgerFile Create(string name)
    {
        var handle = File.OpenHandle(At(name), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, OwnerOnly);
        return new FolderLedgerFile(handle);
    }

    public ILedgerFile Open(string name) => new FolderLedgerFile(File.OpenHandle(At(name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));

    public void Rename(string from, string to) => File.Move(At(from), At(to), overwrite: true);

    public void Delete(string name) => File.Delete(At(name));

    public void SyncFolder() => AtomicFile.SyncFolder(Path);

    public void Dispose() => _lock?.Dispose();

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
