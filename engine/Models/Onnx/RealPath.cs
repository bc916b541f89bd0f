using System.Runtime.InteropServices;
using System.Text;

namespace Rubato;

/// <summary>Where a path leads once every symbolic link in it has been followed.</summary>
internal static unsafe partial class RealPath
{
    private const int PathBytesMax = 4096; // PATH_MAX

    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public static string Of(string path)
    {
        byte* resolved = stackalloc byte[PathBytesMax];
        // SAFETY: realpath writes at most PATH_MAX bytes, terminating zero included.
        if (Resolve(path, resolved) == 0) throw new FileNotFoundException("no such file", path);
        return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
    }

    /// <summary>Whether a real path lies within a real folder.</summary>
    public static bool IsWithin(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Resolve(string path, byte* resolved);
}
