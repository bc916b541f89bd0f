using System.Text;
using System.Text.Json;

namespace Rubato.Kernels.Cuda;

/// <summary>What the kernel compiler says about the PTX that it wrote; embedded beside it.</summary>
internal sealed record KernelManifest
{
    /// <summary>Hash of the sources that the PTX was compiled from; a test compares it with the sources at hand.</summary>
    public required string SourceHash { get; init; }

    /// <summary>PTX version of every module; a driver has to know it.</summary>
    public required string PtxVersion { get; init; }

    /// <summary>Lowest architecture that runs the modules.</summary>
    public required string Target { get; init; }

    /// <summary>One entry per module.</summary>
    public required KernelEntry[] Kernels { get; init; }

    /// <summary>SHA-256 of a module's text.</summary>
    public static string HashOf(string ptx) => Convert.ToHexStringLower(KernelHash.Of(Encoding.UTF8.GetBytes(ptx)));

    /// <summary>The manifest as a file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, KernelManifestJson.Default.KernelManifest) + "\n";

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">The text is not one.</exception>
    public static KernelManifest Parse(string json) =>
        JsonSerializer.Deserialize(json, KernelManifestJson.Default.KernelManifest) ?? throw new JsonException("the kernel manifest is empty");
}
