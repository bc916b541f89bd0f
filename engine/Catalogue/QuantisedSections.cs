using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>The int8 copy of the vectors in an open snapshot: its codes, which every search reads whole, in memory of their own.</summary>
internal sealed class QuantisedSections : IDisposable
{
    /// <summary>The sections, which come together or not at all.</summary>
    public static readonly SectionKind[] Kinds = [SectionKind.QuantisedCodes, SectionKind.QuantisedBlocks];

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly int _rows, _dimension;
    private readonly long _blocks;
    private readonly ResidentBytes _codes;

    /// <summary>Takes the sections of a checked header and checks the numbers that no scan may meet.</summary>
    public QuantisedSections(string path, MappedFile file, SnapshotHeader header)
    {
        _path = path;
        _file = file;
        (_rows, _dimension) = (header.Rows, header.Dimension);
        _blocks = header.Section(SectionKind.QuantisedBlocks).Offset;
        CheckNumbers();
        _codes = new ResidentBytes(file.Span<byte>(header.Section(SectionKind.QuantisedCodes).Offset, QuantisedRows.Padded(_rows) * QuantisedRows.Padded(_dimension)));
    }

    /// <summary>Whether the codes of so many rows can be one span.</summary>
    public static bool Fits(int rows, int dimension) => QuantisedRows.Padded(rows) * (long)QuantisedRows.Padded(dimension) <= int.MaxValue;

    public QuantisedRows Rows => new(_codes.Span, Blocks, _rows, _dimension);

    private ReadOnlySpan<QuantisedBlock> Blocks => _file.Span<QuantisedBlock>(_blocks, QuantisedRows.Padded(_rows) / QuantisedRows.BlockRows);

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

    public void Dispose() => _codes.Dispose();

    // The checksums vouch for the bytes, not for whoever wrote them: NaN would compare as false, and rows would be lost.
    private void CheckNumbers()
    {
        ReadOnlySpan<QuantisedBlock> blocks = Blocks;
        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i] is { Scale: > 0 and < float.PositiveInfinity, ErrorMax: >= 0, NormMax: >= 0 }) continue;
            throw new CatalogueException(_path, $"section {SectionKind.QuantisedBlocks}, row {i * QuantisedRows.BlockRows}: scale {blocks[i].Scale}, "
                + $"bounds {blocks[i].ErrorMax} and {blocks[i].NormMax} (expected a positive number and numbers from 0 on)");
        }
    }
}
