using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>The int8 copy of some rows, in memory of its own.</summary>
/// <param name="rowsMax">rows that it can hold</param> <param name="dimension">values per row</param>
internal sealed class QuantisedPiece(int rowsMax, int dimension)
{
    private readonly byte[] _codes = new byte[QuantisedRows.Padded(rowsMax) * QuantisedRows.Padded(dimension)];
    private readonly QuantisedBlock[] _blocks = new QuantisedBlock[QuantisedRows.Padded(rowsMax) / QuantisedRows.BlockRows];
    private int _rows;

    /// <summary>Rows of a piece when a whole catalogue goes through pieces: a multiple of 64 whose codes stay in the second-level cache.</summary>
    public static int StreamedRows(int dimension) => Math.Max(1, (1 << 18) / QuantisedRows.Padded(dimension) / QuantisedRows.Padding) * QuantisedRows.Padding;

    /// <summary>The copy made last.</summary>
    public QuantisedRows Rows
    {
        get
        {
            int padded = QuantisedRows.Padded(_rows);
            return new(_codes.AsSpan(0, padded * QuantisedRows.Padded(dimension)), _blocks.AsSpan(0, padded / QuantisedRows.BlockRows), _rows, dimension);
        }
    }

    /// <summary>Makes the copy of rows.</summary>
    /// <param name="values">[rows, dimension], finite, at most rowsMax rows</param>
    public void Fill(ReadOnlySpan<float> values)
    {
        _rows = values.Length / dimension;
        int padded = QuantisedRows.Padded(_rows);
        Quantiser.Quantise(values, dimension, _codes.AsSpan(0, padded * QuantisedRows.Padded(dimension)),
            _blocks.AsSpan(0, padded / QuantisedRows.BlockRows));
    }

    /// <summary>What differs from a stored copy of the same rows, and in which row; empty when nothing does.</summary>
    /// <param name="stored">the other copy, of at least as many rows</param> <param name="firstRow">where these rows begin in it, a multiple of 64</param>
    public (SectionKind Section, int Row)? FirstDifference(QuantisedRows stored, int firstRow)
    {
        QuantisedRows made = Rows;
        int code = made.Codes.CommonPrefixLength(stored.Codes.Slice(firstRow * made.PaddedDimension, made.Codes.Length));
        if (code < made.Codes.Length) return (SectionKind.QuantisedCodes, firstRow + (code / made.PaddedDimension));
        ReadOnlySpan<QuantisedBlock> blocks = stored.Blocks.Slice(firstRow / QuantisedRows.BlockRows, made.Blocks.Length);
        int block = MemoryMarshal.AsBytes(made.Blocks).CommonPrefixLength(MemoryMarshal.AsBytes(blocks)) / Unsafe.SizeOf<QuantisedBlock>();
        return block < made.Blocks.Length ? (SectionKind.QuantisedBlocks, firstRow + (block * QuantisedRows.BlockRows)) : null;
    }
}
