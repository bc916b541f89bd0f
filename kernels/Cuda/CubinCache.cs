namespace Rubato.Kernels.Cuda;

/// <summary>Compiled kernels on disk, so that only the first start waits for the driver's compiler. Errors of the disk cost time, not correctness.</summary>
/// <param name="folder">where; null keeps nothing</param>
internal sealed class CubinCache(string? folder)
{
    /// <summary>Below the user's folder of cached data; null where there is none.</summary>
    public static string? DefaultFolder =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data ? Path.Combine(data, "rubato", "cubin") : null;

    /// <summary>Machine code of a kernel, kept or compiled now.</summary>
    /// <param name="key">driver, architecture and hash of the PTX</param>
    /// <param name="compile">makes it where it is not there yet</param>
    public byte[] Get(string key, Func<byte[]> compile)
    {
        if (folder is null) return compile();
        string path = Path.Combine(folder, key + ".cubin");
        try
        {
            if (File.Exists(path)) return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return compile();
        }
        byte[] image = compile();
        try
        {
            Directory.CreateDirectory(folder);
            string partial = $"{path}.{Environment.ProcessId}.partial";
            File.WriteAllBytes(partial, image);
            File.Move(partial, path, overwrite: true); // whole or not at all, also with several processes
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return image;
        }
        return image;
    }

    /// <summary>Forgets a kernel that the driver did not take.</summary>
    public void Drop(string key)
    {
        if (folder is null) return;
        try
        {
            File.Delete(Path.Combine(folder, key + ".cubin"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return; // compiled anew at every start
        }
    }
}
