namespace Rubato.Server;

/// <summary>A tensor of an answer.</summary>
/// <param name="name">its name</param> <param name="tensor">its values</param> <param name="isBehind">as bytes behind the JSON, not in it</param>
internal sealed class KServeOutput(string name, ModelTensor tensor, bool isBehind)
{
    private readonly byte[]? _texts = isBehind && tensor.Element == ModelElementType.String ? Wire.WireTexts.Write(tensor.Strings) : null;

    public string Name => name;

    public ModelTensor Tensor => tensor;

    public bool IsBehind => isBehind;

    /// <summary>What stands behind the JSON.</summary>
    public ReadOnlySpan<byte> Bytes => _texts ?? tensor.Data;
}
