using System.Collections.Concurrent;

namespace Rubato.Tests.Support;

/// <summary>A folder of its own for one test, deleted with everything in it at its end, or at that of the run, where many tests share it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static readonly ConcurrentDictionary<TemporaryFolder, bool> Open = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rubato-test-");

    static TemporaryFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (TemporaryFolder folder in Open.Keys) folder.Dispose();
    };

    public TemporaryFolder() => Open[this] = true;

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = File(name);
        System.IO.File.WriteAllBytes(path, content.ToArray());
        return path;
    }

    public string[] Names() => [.. _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        if (Open.TryRemove(this, out _)) _folder.Delete(recursive: true);
    }
}
