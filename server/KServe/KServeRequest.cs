using System.Buffers;
using System.Text.Json;

namespace Rubato.Server;

/// <summary>The body of an infer request.</summary>
/// <param name="Id">repeated in the answer; null for none</param>
/// <param name="Inputs">tensors by name</param>
/// <param name="Outputs">names wanted; empty for all</param>
/// <param name="Label">parameter "label"; "" for none</param>
/// <param name="ListenerId">parameter "listener"; 0 for none</param>
/// <param name="TimeoutMicroseconds">parameter "timeout"; 0 for none</param>
internal sealed record KServeRequest(string? Id, Dictionary<string, ModelTensor> Inputs, List<string> Outputs, string Label, ulong ListenerId, long TimeoutMicroseconds)
{
    private const int DepthMax = 16, TensorsMax = 64, RankMax = 8, NameCharactersMax = 256;

    /// <summary>Reads a body whose size has been limited.</summary>
    /// <exception cref="KServeException">It is not JSON, or not a request.</exception>
    public static KServeRequest Read(in ReadOnlySequence<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new KServeException("the body is no object");
            var inputs = new Dictionary<string, ModelTensor>(StringComparer.Ordinal);
            foreach (JsonElement tensor in Array(root, "inputs", required: true))
            {
                string name = Text(tensor, "name") ?? throw new KServeException($"inputs[{inputs.Count}]: name is missing");
                if (!inputs.TryAdd(name, Tensor(name, tensor))) throw new KServeException($"input '{name}' is given twice");
            }
            var outputs = new List<string>();
            foreach (JsonElement output in Array(root, "outputs", required: false))
                outputs.Add(Text(output, "name") ?? throw new KServeException($"outputs[{outputs.Count}]: name is missing"));
            if (outputs.Distinct(StringComparer.Ordinal).Count() != outputs.Count) throw new KServeException("an output is named twice");
            JsonElement parameters = root.TryGetProperty("parameters", out JsonElement given) && given.ValueKind == JsonValueKind.Object ? given : default;
            return new KServeRequest(Text(root, "id"), inputs, outputs, Text(parameters, "label") ?? "", Number(parameters, "listener"), (long)Math.Min(Number(parameters, "timeout"), 1UL << 40));
        }
        catch (JsonException broken)
        {
            throw new KServeException($"line {broken.LineNumber + 1}, byte {broken.BytePositionInLine}: not JSON, or nested more than {DepthMax} deep");
        }
        catch (InvalidOperationException) // a text with half a surrogate pair
        {
            throw new KServeException("a text is not Unicode");
        }
    }

    private static ModelTensor Tensor(string name, JsonElement tensor)
    {
        ModelElementType element = KServeType.Parse(name, Text(tensor, "datatype") ?? throw new KServeException($"input '{name}': datatype is missing"));
        JsonElement[] dimensions = Array(tensor, "shape", required: true);
        if (dimensions.Length > RankMax) throw new KServeException($"input '{name}': {dimensions.Length} dimensions (expected at most {RankMax})");
        var shape = new long[dimensions.Length];
        for (int axis = 0; axis < shape.Length; axis++)
            if (dimensions[axis].ValueKind != JsonValueKind.Number || !dimensions[axis].TryGetInt64(out shape[axis])) throw new KServeException($"input '{name}': shape[{axis}] is no whole number");
        return tensor.TryGetProperty("data", out JsonElement data) ? new KServeData(name, element, shape).Read(data)
            : throw new KServeException($"input '{name}': data is missing (tensors behind the JSON are not taken)");
    }

    private static JsonElement[] Array(JsonElement element, string name, bool required)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new KServeException($"{name}: expected in an object");
        if (!element.TryGetProperty(name, out JsonElement array)) return required ? throw new KServeException($"{name} is missing") : [];
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > TensorsMax) throw new KServeException($"{name}: expected an array of at most {TensorsMax}");
        return [.. array.EnumerateArray()];
    }

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out JsonElement value)) return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= NameCharactersMax } text ? text
            : throw new KServeException($"{name}: expected a text of at most {NameCharactersMax} characters");
    }

    private static ulong Number(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out JsonElement value)) return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number) ? number : throw new KServeException($"{name}: expected a whole number, not negative");
    }
}
