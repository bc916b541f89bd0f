using System.Text;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Tensors of the wire and of the engine.</summary>
internal static class ModelTensors
{
    /// <exception cref="BadTensorException">A tensor appears twice, its element type is not known, or its bytes do not fit its shape.</exception>
    public static Dictionary<string, ModelTensor> From(IReadOnlyList<WireTensor> wire)
    {
        var tensors = new Dictionary<string, ModelTensor>(wire.Count, StringComparer.Ordinal);
        foreach (WireTensor given in wire)
        {
            if (!tensors.TryAdd(given.Name, From(given))) throw new BadTensorException($"tensor '{given.Name}' is given twice");
        }
        return tensors;
    }

    /// <summary>Outputs that are tensors; others are left out.</summary>
    public static WireTensor[] ToWire(IEnumerable<(string Name, ModelValue Value)> outputs) =>
        [.. outputs.Where(output => output.Value is ModelTensor).Select(output => ToWire(output.Name, (ModelTensor)output.Value))];

    /// <summary>What of the outputs the wire has no room for, whatever their size; null for nothing.</summary>
    public static string? WireProblem(IEnumerable<(string Name, ModelValue Value)> outputs)
    {
        int count = 0;
        foreach ((string name, ModelValue value) in outputs)
        {
            if (value is not ModelTensor tensor) continue;
            int nameBytes = Encoding.UTF8.GetByteCount(name);
            if (nameBytes > WireTensor.NameBytesMax) return $"an output's name takes {nameBytes} bytes (expected at most {WireTensor.NameBytesMax}): '{name[..32]}...'";
            if (tensor.Shape.Length > WireTensor.RankMax) return $"output '{name}' has {tensor.Shape.Length} dimensions (expected at most {WireTensor.RankMax})";
            if (++count > WireTensor.CountMax) return $"more than {WireTensor.CountMax} outputs";
        }
        return null;
    }

    /// <summary>Bytes of the outputs' data on the wire.</summary>
    public static long Bytes(IEnumerable<(string Name, ModelValue Value)> outputs) => outputs.Sum(output => output.Value is not ModelTensor tensor ? 0
        : tensor.Element == ModelElementType.String ? WireTexts.Bytes(tensor.Strings) : tensor.Data.Length);

    private static WireTensor ToWire(string name, ModelTensor tensor) => new()
    {
        Name = name, Element = (byte)tensor.Element, Shape = tensor.Shape.ToArray(),
        Data = tensor.Element == ModelElementType.String ? WireTexts.Write(tensor.Strings) : tensor.Data.ToArray(),
    };

    private static ModelTensor From(WireTensor given)
    {
        if (given.Element == (byte)ModelElementType.String)
        {
            return given.ReadTexts(out string[] texts) is { } problem ? throw new BadTensorException($"tensor '{given.Name}': {problem}")
                : new ModelTensor([.. given.Shape], texts);
        }
        try
        {
            return ModelTensor.FromBytes((ModelElementType)given.Element, [.. given.Shape], given.Data.Span)
                ?? throw new BadTensorException($"tensor '{given.Name}': {given.Data.Length} bytes for [{string.Join(", ", given.Shape)}] of element type {given.Element}");
        }
        catch (NotSupportedException)
        {
            throw new BadTensorException($"tensor '{given.Name}': elements of type {given.Element} are not taken");
        }
    }
}
