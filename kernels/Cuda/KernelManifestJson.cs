using System.Text.Json.Serialization;

namespace Rubato.Kernels.Cuda;

/// <summary>Generated reader and writer of the manifest: reflection would not survive Native AOT.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(KernelManifest))]
internal sealed partial class KernelManifestJson : JsonSerializerContext;
