using Rubato.Kernels.Similarity;

namespace Rubato.Tests.Support;

/// <summary>The int8 copy of test rows, between guard pages where the platform has them.</summary>
public sealed class QuantisedArrays : IDisposable
{
    private readonly int _rows, _dimension;
    private readonly GuardedBuffer<byte> _codes;
    private readonly GuardedBuffer<QuantisedBlock> _blocks;

    public QuantisedArrays(ReadOnlySpan<float> values, int dimension)
    {
        (_rows, _dimension) = (values.Length / dimension, dimension);
        int rows = QuantisedRows.Padded(_rows);
        _codes = new(new byte[rows * QuantisedRows.Padded(dimension)]);
        _blocks = new(new QuantisedBlock[rows / QuantisedRows.BlockRows]);
        Quantiser.Quantise(values, dimension, _codes.Span, _blocks.Span);
    }

    public QuantisedRows Rows => new(_codes.Span, _blocks.Span, _rows, _dimension);

    public ItemMatrix Matrix(ReadOnlySpan<float> values, float normMax) => new(values, _dimension, normMax, Rows);

    public void Dispose()
    {
        _codes.Dispose();
        _blocks.Dispose();
    }
}
