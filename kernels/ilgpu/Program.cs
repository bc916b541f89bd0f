using System.Text.RegularExpressions;
using Rubato.KernelCompiler;
using Rubato.Kernels.Cuda;

// Compiles every kernel to kernels/Cuda/Ptx and writes the manifest beside them. Files that would not change are not touched.
string kernels = FindKernels();
string target = Path.Combine(kernels, "Cuda", "Ptx");
Directory.CreateDirectory(target);
var entries = new List<KernelEntry>();
foreach (KernelSource source in KernelSources.All)
{
    string ptx = PtxCompiler.Compile(source);
    Write(source.Entry + ".ptx", ptx);
    entries.Add(new KernelEntry
    {
        Entry = source.Entry,
        ParameterBytes = int.Parse(Regex.Match(ptx, @"\.param \.align \d+ \.b8 \w+\[(\d+)\]").Groups[1].Value),
        SharedBytes = Regex.Matches(ptx, @"\.shared \.align \d+ \.b8 \w+\[(\d+)\]").Sum(match => int.Parse(match.Groups[1].Value)),
        BlockThreads = source.BlockThreads,
        PtxHash = KernelManifest.HashOf(ptx),
    });
}
foreach (string stray in Directory.EnumerateFiles(target, "*.ptx").Where(file => entries.All(entry => entry.Entry != Path.GetFileNameWithoutExtension(file))))
    File.Delete(stray);
Write("manifest.json", new KernelManifest { SourceHash = SourceHash.Of(kernels), PtxVersion = "7.5", Target = "sm_80", Kernels = [.. entries] }.ToJson());
Console.WriteLine($"{entries.Count} kernels in {target}");
return 0;

void Write(string name, string text)
{
    string path = Path.Combine(target, name);
    if (!File.Exists(path) || File.ReadAllText(path) != text) File.WriteAllText(path, text);
}

static string FindKernels()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "Engine.sln"))) return Path.Combine(folder.FullName, "kernels");
    throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Engine.sln");
}
