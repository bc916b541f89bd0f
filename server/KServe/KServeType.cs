namespace Rubato.Server;

/// <summary>The protocol's names of element types.</summary>
internal static class KServeType
{
    private static readonly (ModelElementType Element, string Name)[] Names =
    [
        (ModelElementType.Bool, "BOOL"), (ModelElementType.UInt8, "UINT8"), (ModelElementType.UInt16, "UINT16"), (ModelElementType.UInt32, "UINT32"),
        (ModelElementType.UInt64, "UINT64"), (ModelElementType.Int8, "INT8"), (ModelElementType.Int16, "INT16"), (ModelElementType.Int32, "INT32"),
        (ModelElementType.Int64, "INT64"), (ModelElementType.Float16, "FP16"), (ModelElementType.Float32, "FP32"), (ModelElementType.Float64, "FP64"),
        (ModelElementType.BFloat16, "BF16"), (ModelElementType.String, "BYTES"),
    ];

    /// <summary>The name; what the protocol has no name for is told by ONNX's number.</summary>
    public static string Of(ModelElementType element) => Array.Find(Names, known => known.Element == element).Name ?? $"ONNX{(int)element}";

    /// <exception cref="KServeException">No such type.</exception>
    public static ModelElementType Parse(string tensor, string name)
    {
        int index = Array.FindIndex(Names, known => known.Name == name);
        return index >= 0 ? Names[index].Element : throw new KServeException($"input '{tensor}': datatype '{name}' (expected {string.Join(", ", Names.Select(known => known.Name))})");
    }
}
