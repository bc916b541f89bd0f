namespace Rubato.Kernels.Similarity;

/// <summary>The int8 copy of a matrix: x ≈ s·x̂ with x̂ = code − 128, a scale s and a bound of the error for each block of 16 rows.</summary>
/// <remarks>
/// Two arrays, each best stored at a 64-byte boundary: codes [padded rows, padded dimension] u8 and blocks [padded rows ÷ 16] of
/// (scale, error, norm) f4. Rows are padded to a multiple of 64 and dimensions too, so that no tile of any variant reads past the end;
/// padding holds code 128 (zero), blocks without rows scale 1. Codes are unsigned because the instructions multiply unsigned by signed
/// bytes: the offset of 128 adds a constant per query, 128·Σ q̂. Why a block shares its scale: see README.md.
/// </remarks>
public readonly ref struct QuantisedRows
{
    /// <summary>Rows that share a <see cref="QuantisedBlock"/>: the rows of a matrix tile.</summary>
    public const int BlockRows = 16;

    /// <summary>Rows and dimensions are padded to a multiple of this.</summary>
    public const int Padding = 64;

    /// <summary>The code of zero.</summary>
    public const byte ZeroCode = 128;

    /// <param name="codes">[padded rows, padded dimension]</param>
    /// <param name="blocks">[padded rows ÷ 16]</param>
    /// <param name="rows">rows without padding</param>
    /// <param name="dimension">values per row without padding</param>
    /// <exception cref="ArgumentException">The shapes disagree.</exception>
    public QuantisedRows(ReadOnlySpan<byte> codes, ReadOnlySpan<QuantisedBlock> blocks, int rows, int dimension)
    {
        int paddedRows = Padded(rows), paddedDimension = Padded(dimension);
        if (codes.Length != (long)paddedRows * paddedDimension || blocks.Length != paddedRows / BlockRows)
            throw new ArgumentException(
                $"{rows} quantised rows of {dimension} are {paddedRows} × {paddedDimension} codes and "
                + $"{paddedRows / BlockRows} blocks, not {codes.Length} and {blocks.Length}", nameof(codes));
        Codes = codes;
        Blocks = blocks;
        Rows = rows;
        Dimension = dimension;
    }

    /// <summary>[padded rows, padded dimension], row-major.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <summary>[padded rows ÷ 16]</summary>
    public ReadOnlySpan<QuantisedBlock> Blocks { get; }

    /// <summary>Rows without padding; 0 in a matrix that has no int8 copy.</summary>
    public int Rows { get; }

    /// <summary>Values per row without padding.</summary>
    public int Dimension { get; }

    /// <summary>Bytes per row: the dimension, padded.</summary>
    public int PaddedDimension => Padded(Dimension);

    /// <summary>The next multiple of <see cref="Padding"/>.</summary>
    public static int Padded(int count) => checked(count + Padding - 1) / Padding * Padding;
}
