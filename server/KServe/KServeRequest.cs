using System.Buffers;
using System.Text.Json;

namespace Rubato.Server;

/// <summary>The body of an infer request.</summary>
/// <param name="Id">repeated in the answer; null for none</param>
/// <param name="Inputs">tensors by name</param>
/// <param name="Outputs">what is wanted, and how</param>
/// <param name="Label">parameter "label"; "" for none</param>
/// <param name="ListenerId">parameter "listener"; 0 for none</param>
/// <param name="TimeoutMicroseconds">parameter "timeout"; 0 for none</param>
internal sealed record KServeRequest(string? Id, Dictionary<string, ModelTensor> Inputs, KServeOutputs Outputs, string Label, ulong ListenerId, long TimeoutMicroseconds)
{
    /// <summary>Says how many bytes of a body are JSON, where tensors follow as bytes.</summary>
    public const string JsonBytesHeader = "Inference-Header-Content-Length";

    private const int DepthMax = 16, RankMax = 8;

    /// <summary>Reads a body whose size has been limited.</summary>
    /// <param name="body">JSON, and behind it the tensors that it names with "binary_data_size"</param>
    /// <param name="jsonBytes">of the header; null where it is missing, and all is JSON</param>
    /// <exception cref="KServeException">It is not JSON, or not a request, or the bytes behind it are not as it says.</exception>
    public static KServeRequest Read(in ReadOnlySequence<byte> body, long? jsonBytes)
    {
        if (jsonBytes > body.Length) throw new KServeException($"{JsonBytesHeader}: {jsonBytes} (expected at most the body's {body.Length} bytes)");
        long json = jsonBytes ?? body.Length;
        KServeBinary? binary = jsonBytes is null ? null : new KServeBinary(body.Slice(json));
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.Slice(0, json), new JsonDocumentOptions { MaxDepth = DepthMax });
            KServeRequest request = Read(document.RootElement, binary);
            return binary is not { BytesLeft: > 0 } ? request : throw new KServeException($"{binary.BytesLeft} bytes behind the last tensor");
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

    private static KServeRequest Read(JsonElement root, KServeBinary? binary)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new KServeException("the body is no object");
        var inputs = new Dictionary<string, ModelTensor>(StringComparer.Ordinal);
        foreach (JsonElement tensor in KServeJson.Array(root, "inputs", required: true))
        {
            string name = KServeJson.Text(tensor, "name") ?? throw new KServeException($"inputs[{inputs.Count}]: name is missing");
            if (!inputs.TryAdd(name, Tensor(name, tensor, binary))) throw new KServeException($"input '{name}' is given twice");
        }
        JsonElement parameters = KServeJson.Parameters(root);
        return new KServeRequest(KServeJson.Text(root, "id"), inputs, KServeOutputs.Read(KServeJson.Array(root, "outputs", required: false), parameters),
            KServeJson.Text(parameters, "label") ?? "", KServeJson.Number(parameters, "listener") ?? 0, (long)Math.Min(KServeJson.Number(parameters, "timeout") ?? 0, 1UL << 40));
    }

    private static ModelTensor Tensor(string name, JsonElement tensor, KServeBinary? binary)
    {
        ModelElementType element = KServeType.Parse(name, KServeJson.Text(tensor, "datatype") ?? throw new KServeException($"input '{name}': datatype is missing"));
        JsonElement[] dimensions = KServeJson.Array(tensor, "shape", required: true);
        if (dimensions.Length > RankMax) throw new KServeException($"input '{name}': {dimensions.Length} dimensions (expected at most {RankMax})");
        var shape = new long[dimensions.Length];
        for (int axis = 0; axis < shape.Length; axis++)
            if (dimensions[axis].ValueKind != JsonValueKind.Number || !dimensions[axis].TryGetInt64(out shape[axis])) throw new KServeException($"input '{name}': shape[{axis}] is no whole number");
        bool hasData = tensor.TryGetProperty("data", out JsonElement data);
        if (KServeJson.Number(KServeJson.Parameters(tensor), "binary_data_size") is not { } bytes)
            return hasData ? new KServeData(name, element, shape).Read(data) : throw new KServeException($"input '{name}': data is missing (or the parameter binary_data_size)");
        if (hasData) throw new KServeException($"input '{name}': has data and binary_data_size (expected one of them)");
        if (binary is null) throw new KServeException($"input '{name}': binary_data_size without the header {JsonBytesHeader}");
        return binary.Take(name, element, shape, bytes);
    }
}
