using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>The int8 copy of the vectors in an open snapshot.</summary>
internal sealed class QuantisedSections
{
    /// <summary>The sections, which come together or not at all.</summary>
    public static readonly SectionKind[] Kinds = [SectionKind.QuantisedCodes, SectionKind.QuantisedScales, SectionKind.QuantisedBounds];

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly int _rows, _dimension;
    private readonly long _codes, _scales, _bounds;

    /// <summary>Takes the sections of a checked header and checks the numbers that no scan may meet.</summary>
    public QuantisedSections(string path, MappedFile file, SnapshotHeader header)
    {
        _path = path;
        _file = file;
        (_rows, _dimension) = (header.Rows, header.Dimension);
        _codes = header.Section(SectionKind.QuantisedCodes).Offset;
        _scales = header.Section(SectionKind.QuantisedScales).Offset;
        _bounds = header.Section(SectionKind.QuantisedBounds).Offset;
        CheckNumbers();
    }

    /// <summary>Whether the codes of so many rows can be one span.</summary>
    public static bool Fits(int rows, int dimension) => QuantisedRows.Padded(rows) * (long)QuantisedRows.Padded(dimension) <= int.MaxValue;

    public QuantisedRows Rows
    {
        get
        {
            int padded = QuantisedRows.Padded(_rows);
            return new(_file.Span<byte>(_codes, padded * QuantisedRows.Padded(_dimension)), _file.Span<float>(_scales, padded),
                _file.Span<BlockBound>(_bounds, padded / QuantisedRows.BlockRows), _rows, _dimension);
        }
    }

    /// <summary>Makes the copy anew and compares: a bound that is too small would lose rows without a word.</summary>
    /// <param name="vectors">[rows, dimension] of the snapshot</param>
    public void Verify(ReadOnlySpan<float> vectors)
    {
        QuantisedRows stored = Rows;
        int pieceRows = QuantisedPiece.StreamedRows(_dimension);
        var piece = new QuantisedPiece(pieceRows, _dimension);
        for (int first = 0; first < _rows; first += pieceRows)
        {
            piece.Fill(vectors.Slice(first * _dimension, Math.Min(pieceRows, _rows - first) * _dimension));
            if (piece.FirstDifference(stored, first) is not var (section, row)) continue;
            throw new CatalogueException(_path, $"section {section}, row {row}: not what the vectors give");
        }
    }

    // The checksums vouch for the bytes, not for whoever wrote them: NaN would compare as false, and rows would be lost.
    private void CheckNumbers()
    {
        QuantisedRows rows = Rows;
        for (int row = 0; row < rows.Scales.Length; row++)
        {
            if (rows.Scales[row] is not (> 0 and < float.PositiveInfinity))
                throw new CatalogueException(_path, $"section {SectionKind.QuantisedScales}, row {row}: scale {rows.Scales[row]} (expected a positive number)");
        }
        for (int block = 0; block < rows.Bounds.Length; block++)
        {
            BlockBound bound = rows.Bounds[block];
            if (!(bound.ErrorMax >= 0 && bound.NormMax >= 0))
                throw new CatalogueException(_path, $"section {SectionKind.QuantisedBounds}, block {block}: {bound.ErrorMax} and {bound.NormMax} (expected numbers from 0 on)");
        }
    }
}
