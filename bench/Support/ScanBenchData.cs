using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Bench;

/// <summary>Seeded rows and queries with their int8 copy, and how fast one core reads them.</summary>
internal sealed unsafe class ScanBenchData
{
    private const int QueriesMax = 1024;
    private static ScanBenchData? _last;

    private readonly int _rows, _dimension;
    private readonly float[] _values, _queries;
    private readonly PinnedBuffer _codes = new(); // begins at a line, as in a catalogue
    private readonly QuantisedBlock[] _blocks;
    private readonly float _normMax;

    private ScanBenchData(int rows, int dimension)
    {
        var random = new Random(7);
        (_rows, _dimension) = (rows, dimension);
        _values = [.. Enumerable.Range(0, rows * dimension).Select(_ => random.NextSingle() - 0.5f)];
        _queries = [.. Enumerable.Range(0, QueriesMax * dimension).Select(_ => random.NextSingle() - 0.5f)];
        _codes.Reserve<byte>(CodeBytes);
        _blocks = new QuantisedBlock[QuantisedRows.Padded(rows) / QuantisedRows.BlockRows];
        _normMax = MathF.Sqrt(dimension); // of values up to one half, with room
        Quantiser.Quantise(_values, dimension, Codes, _blocks);
        CodesRead = ReadCeiling.GigaBytes(Codes);
        ValuesRead = ReadCeiling.GigaBytes(MemoryMarshal.AsBytes<float>(_values));
    }

    /// <summary>10⁹ bytes per second.</summary>
    public double CodesRead { get; }

    /// <summary>10⁹ bytes per second.</summary>
    public double ValuesRead { get; }

    public int CodeBytes => QuantisedRows.Padded(_rows) * QuantisedRows.Padded(_dimension);

    public long ValueBytes => (long)_values.Length * sizeof(float);

    public ItemMatrix Items => new(_values, _dimension, _normMax, new QuantisedRows(Codes, _blocks, _rows, _dimension));

    private Span<byte> Codes => new(_codes.Current<byte>(), CodeBytes); // SAFETY: reserved by the constructor, and never again

    /// <summary>The data of a shape; benchmarks of one shape come one after the other and share it.</summary>
    public static ScanBenchData Of(int rows, int dimension)
    {
        if (_last is not { } last || last._rows != rows || last._dimension != dimension)
            _last = new ScanBenchData(rows, dimension);
        return _last;
    }

    public ReadOnlySpan<float> Queries(int count) => _queries.AsSpan(0, count * _dimension);
}
