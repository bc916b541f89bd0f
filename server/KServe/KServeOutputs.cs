using System.Text.Json;

namespace Rubato.Server;

/// <summary>What a request wants to have back, and which of it as bytes behind the JSON.</summary>
/// <param name="Names">of outputs; empty for all</param>
/// <param name="IsBinaryByDefault">request parameter "binary_data_output"</param>
/// <param name="IsBinary">"binary_data" of single outputs, which goes first</param>
internal sealed record KServeOutputs(IReadOnlyList<string> Names, bool IsBinaryByDefault, IReadOnlyDictionary<string, bool> IsBinary)
{
    /// <summary>Whether an output goes behind the JSON.</summary>
    public bool GoesBehind(string name) => IsBinary.TryGetValue(name, out bool binary) ? binary : IsBinaryByDefault;

    /// <param name="outputs">the array of the request; empty where there is none</param> <param name="parameters">of the request</param>
    /// <exception cref="KServeException">An output has no name or is named twice, or a parameter is no truth value.</exception>
    public static KServeOutputs Read(JsonElement[] outputs, JsonElement parameters)
    {
        var names = new List<string>();
        var binary = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (JsonElement output in outputs)
        {
            string name = KServeJson.Text(output, "name") ?? throw new KServeException($"outputs[{names.Count}]: name is missing");
            if (names.Contains(name)) throw new KServeException($"output '{name}' is named twice");
            names.Add(name);
            if (KServeJson.Truth(KServeJson.Parameters(output), "binary_data") is { } wanted) binary.Add(name, wanted);
        }
        return new KServeOutputs(names, KServeJson.Truth(parameters, "binary_data_output") ?? false, binary);
    }
}
