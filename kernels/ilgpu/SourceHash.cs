using System.Security.Cryptography;
using System.Text;

namespace Rubato.KernelCompiler;

/// <summary>A hash of everything that decides what the PTX looks like, to tell when it has to be compiled again.</summary>
internal static class SourceHash
{
    /// <summary>SHA-256 over names and texts of the sources below kernels/ilgpu and of the parameter structs, line ends normalised.</summary>
    /// <param name="kernels">the folder kernels/</param>
    public static string Of(string kernels)
    {
        string[] folders = [Path.Combine(kernels, "ilgpu"), Path.Combine(kernels, "Cuda", "Parameters")];
        IEnumerable<string> files = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(kernels, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            string text = File.ReadAllText(Path.Combine(kernels, file)).Replace("\r\n", "\n", StringComparison.Ordinal);
            hash.AppendData(Encoding.UTF8.GetBytes($"{file}\n{text.Length}\n{text}"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
