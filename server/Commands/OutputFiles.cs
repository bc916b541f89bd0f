namespace Rubato.Server.Commands;

/// <summary>Looks at the files that a command is to write before the work whose result they take.</summary>
internal static class OutputFiles
{
    /// <param name="outputs">options and the files that they name to be written</param>
    /// <param name="inputs">options and the files that they name to be read; null where an option is not given</param>
    /// <exception cref="UsageException">Two outputs are one file, or an input would be overwritten.</exception>
    /// <exception cref="IOException">An output is a folder, or its folder does not exist.</exception>
    public static void Check((string Option, string Path)[] outputs, params (string Option, string? Path)[] inputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            (string option, string path) = outputs[i];
            string full = Path.GetFullPath(path);
            if (full.StartsWith("/dev/", StringComparison.Ordinal)) continue; // both may go to /dev/null
            foreach ((string other, string? taken) in inputs.Concat(outputs.Take(i).Select(output => (output.Option, (string?)output.Path))))
            {
                if (taken is not null && Path.GetFullPath(taken) == full) throw new UsageException($"{option} {path} is the file of {other} too; it would be overwritten");
            }
            if (Directory.Exists(full)) throw new IOException($"{path}: is a folder (expected a file name)");
            if (!Directory.Exists(Path.GetDirectoryName(full))) throw new IOException($"{path}: its folder does not exist");
        }
    }
}
