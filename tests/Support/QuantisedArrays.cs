using Rubato.Kernels.Similarity;

namespace Rubato.Tests.Support;

/// <summary>The int8 copy of test rows, between guard pages where the platform has them.</summary>
public sealed class QuantisedArrays : IDisposable
{
    private readonly int _rows, _dimension;
    private readonly GuardedBuffer<byte> _codes;
    private readonly GuardedBuffer<float> _scales;
    private readonly GuardedBuffer<BlockBound> _bounds;

    public QuantisedArrays(ReadOnlySpan<float> values, int dimension)
    {
        (_rows, _dimension) = (values.Length / dimension, dimension);
        int rows = QuantisedRows.Padded(_rows);
        _codes = new(new byte[rows * QuantisedRows.Padded(dimension)]);
        _scales = new(new float[rows]);
        _bounds = new(new BlockBound[rows / QuantisedRows.BlockRows]);
        Quantiser.Quantise(values, dimension, _codes.Span, _scales.Span, _bounds.Span);
    }

    public QuantisedRows Rows => new(_codes.Span, _scales.Span, _bounds.Span, _rows, _dimension);

    public ItemMatrix Matrix(ReadOnlySpan<float> values, float normMax) => new(values, _dimension, normMax, Rows);

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _bounds.Dispose();
    }
}
