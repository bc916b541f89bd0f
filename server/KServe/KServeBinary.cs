using System.Buffers;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>The bytes behind the JSON of a request: tensors, taken off one after the other.</summary>
internal sealed class KServeBinary(ReadOnlySequence<byte> data)
{
    private ReadOnlySequence<byte> _left = data;

    /// <summary>Bytes that no tensor has taken.</summary>
    public long BytesLeft => _left.Length;

    /// <summary>Takes the next tensor.</summary>
    /// <param name="tensor">its name</param> <param name="element">its type</param> <param name="shape">its dimensions</param> <param name="bytes">its "binary_data_size"</param>
    /// <exception cref="KServeException">The size is not that of the shape or beyond the body, or texts are malformed.</exception>
    public ModelTensor Take(string tensor, ModelElementType element, long[] shape, ulong bytes)
    {
        if (bytes > (ulong)BytesLeft) throw Wrong($"binary_data_size {bytes} (expected at most {BytesLeft}, which are left of the body)");
        ReadOnlySequence<byte> own = _left.Slice(0, (long)bytes);
        _left = _left.Slice((long)bytes);
        ReadOnlySpan<byte> span = own.IsSingleSegment ? own.FirstSpan : own.ToArray();
        if (element != ModelElementType.String)
            return ModelTensor.FromBytes(element, shape, span) ?? throw Wrong($"binary_data_size {bytes} for {KServeType.Of(element)} [{string.Join(", ", shape)}]");
        if (WireTexts.Read(span, KServeData.Count(shape) ?? throw Wrong($"shape [{string.Join(", ", shape)}]"), out string[] texts) is { } problem) throw Wrong(problem);
        return new ModelTensor(shape, texts);

        KServeException Wrong(string problem) => new($"input '{tensor}': {problem}");
    }
}
