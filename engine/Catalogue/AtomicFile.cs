using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Writes a file so that its name always leads to a whole one: temporary file beside it, fsync, rename, fsync of the folder.</summary>
/// <remarks>A reader that has the old file open or mapped keeps it unchanged.</remarks>
internal sealed partial class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly FileStream _stream;
    private bool _committed;

    /// <param name="path">the name in the end; its folder must exist</param>
    public AtomicFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path)) throw new IOException($"{path}: is a folder (expected a file name)");
        if (!Directory.Exists(Path.GetDirectoryName(_path))) throw new IOException($"{path}: its folder does not exist");
        if (!FileKind.IsRegularOrMissing(_path)) throw new IOException($"{path}: is a device, a pipe or a socket (expected a file, which is replaced by rename)");
        _temporaryPath = $"{_path}.{Guid.NewGuid():N}.tmp";
        _stream = new FileStream(_temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
    }

    /// <summary>The file, to be written; what is written may be read back.</summary>
    public FileStream Stream => _stream;

    /// <summary>Makes the file durable under its name.</summary>
    public void Commit()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
        _committed = true;
        SyncFolder(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_committed) File.Delete(_temporaryPath);
    }

    /// <summary>Makes the names in a folder durable: .NET opens no folder, and a rename is durable only once its folder is.</summary>
    internal static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, flags: 0); // O_RDONLY everywhere
        if (descriptor < 0) throw new IOException($"{folder}: cannot be opened to be synchronised (errno {Marshal.GetLastPInvokeError()})");
        int status = Sync(descriptor), error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (status != 0) throw new IOException($"{folder}: cannot be synchronised (errno {error})");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
