namespace Rubato.Kernels.Cuda;

/// <summary>
/// Machine code that the driver's compiler made, kept between runs: files under the user's cache folder, by driver, device and PTX. A file
/// begins with the SHA-256 of the rest; one that does not match, or cannot be read, is no entry. Failing to write is no error either.
/// </summary>
/// <param name="folder">where the files are; null keeps none</param>
internal sealed class CubinCache(string? folder)
{
    /// <summary>Names the folder; empty keeps nothing.</summary>
    public const string FolderVariable = "RUBATO_CUBIN_CACHE";

    private const long BytesMax = 64 << 20;

    /// <summary>The user's cache folder: $XDG_CACHE_HOME or ~/.cache, then rubato/cubin; on Windows in the local application data.</summary>
    public static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { } named) return named.Length == 0 ? null : Path.GetFullPath(named);
        string root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? "";
        if (!Path.IsPathRooted(root)) // the specification ignores relative paths
        {
            root = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".cache") : "";
        }
        return root.Length == 0 ? null : Path.Combine(root, "rubato", "cubin");
    }

    /// <summary>Name of the file of a kernel.</summary>
    public static string NameOf(CudaDevice device, KernelEntry kernel) => $"{kernel.Entry}-sm{device.Target}-cuda{device.DriverVersion}-{kernel.PtxHash[..16]}.cubin";

    /// <summary>What was kept under a name; null where there is nothing, or nothing whole.</summary>
    public byte[]? Find(string name)
    {
        if (folder is null) return null;
        try
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path) || new FileInfo(path).Length is <= KernelHash.Bytes or > BytesMax) return null;
            byte[] file = File.ReadAllBytes(path);
            byte[] cubin = file[KernelHash.Bytes..];
            return KernelHash.Of(cubin).AsSpan().SequenceEqual(file.AsSpan(0, KernelHash.Bytes)) ? cubin : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps machine code under a name: written beside it and renamed, so that no reader meets half of it.</summary>
    public void Keep(string name, ReadOnlySpan<byte> cubin)
    {
        if (folder is null || cubin.Length > BytesMax) return;
        string path = Path.Combine(folder, name), temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (FileStream stream = new(temporary, FileMode.CreateNew))
            {
                stream.Write(KernelHash.Of(cubin));
                stream.Write(cubin);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return; // the folder takes nothing, so there is nothing to remove
        }
    }
}
