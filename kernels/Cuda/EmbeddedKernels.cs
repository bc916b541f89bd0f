using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Rubato.Kernels.Cuda;

/// <summary>The compiled kernels that the assembly carries.</summary>
internal sealed class EmbeddedKernels
{
    private readonly Dictionary<string, KernelEntry> _entries;
    private readonly Func<string, string?> _read;

    /// <param name="read">text of a resource; null where there is none</param>
    /// <exception cref="DeviceException">The manifest is missing or cannot be read.</exception>
    public EmbeddedKernels(Func<string, string?> read)
    {
        _read = read;
        try
        {
            Manifest = KernelManifest.Parse(read("manifest.json") ?? throw new DeviceException("the kernel manifest is missing"));
        }
        catch (JsonException cause)
        {
            throw new DeviceException($"the kernel manifest cannot be read: {cause.Message}", cause);
        }
        _entries = new(StringComparer.Ordinal);
        foreach (KernelEntry entry in Manifest.Kernels)
            if (!_entries.TryAdd(entry.Entry, entry)) throw new DeviceException($"the kernel manifest lists {entry.Entry} twice");
    }

    /// <summary>The kernels of this assembly.</summary>
    public static EmbeddedKernels Own() => new(name =>
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Rubato.Kernels.Cuda.Ptx." + name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    public KernelManifest Manifest { get; }

    /// <summary>What the manifest says of a kernel.</summary>
    /// <exception cref="DeviceException">It does not list the kernel.</exception>
    public KernelEntry Entry(string name) =>
        _entries.TryGetValue(name, out KernelEntry? entry) ? entry : throw new DeviceException($"the kernel manifest does not list {name}");

    /// <summary>The PTX of a kernel, as it was compiled.</summary>
    /// <exception cref="DeviceException">It is missing, or is not what the manifest's hash was made of.</exception>
    public string Ptx(string name)
    {
        string text = _read(name + ".ptx") ?? throw new DeviceException($"{name}.ptx is missing");
        string hash = KernelManifest.HashOf(text), expected = Entry(name).PtxHash;
        return hash == expected ? text : throw new DeviceException($"{name}.ptx is corrupted: its hash is {hash}, the manifest says {expected}");
    }
}
