namespace Rubato.Kernels.Similarity;

/// <summary>Makes the int8 copy of rows: symmetric, one scale per block of 16 rows, with a proven bound of the error; the same bits on every machine.</summary>
public static class Quantiser
{
    /// <summary>Largest magnitude of x̂; −128 is not used, so that rows and their negatives quantise alike.</summary>
    internal const int CodeMax = 127;

    /// <summary>
    /// Smallest scale: below it rows quantise to zeros and their error is their norm; so that products with scales
    /// stay clear of denormals.
    /// </summary>
    internal const float ScaleMin = 1f / (1 << 30) / (1 << 30) / (1 << 30) / (1 << 10); // 2⁻¹⁰⁰

    /// <summary>Quantises rows, in one piece or, to stream them, in pieces of a multiple of 64 rows.</summary>
    /// <param name="values">[rows, dimension], row-major</param>
    /// <param name="dimension">values per row, 1 to <see cref="ItemMatrix.DimensionMax"/></param>
    /// <param name="codes">[padded rows, padded dimension], overwritten</param>
    /// <param name="blocks">[padded rows ÷ 16], overwritten</param>
    /// <exception cref="ArgumentException">A value is not finite (the message names its row), or the shapes disagree.</exception>
    public static void Quantise(ReadOnlySpan<float> values, int dimension, Span<byte> codes, Span<QuantisedBlock> blocks)
    {
        var matrix = new ItemMatrix(values, dimension, normMax: 0);
        _ = new QuantisedRows(codes, blocks, matrix.Rows, dimension); // checks the shapes
        int bad = FiniteCheck.FirstNonFinite(values);
        if (bad >= 0)
            throw new ArgumentException($"row {bad / dimension} holds {values[bad]} at coordinate {bad % dimension}; values must be finite", nameof(values));
        int stride = QuantisedRows.Padded(dimension);
        codes.Fill(QuantisedRows.ZeroCode);
        blocks.Fill(new(Scale: 1, ErrorMax: 0, NormMax: 0));
        for (int first = 0; first < matrix.Rows; first += QuantisedRows.BlockRows)
        {
            int rows = Math.Min(QuantisedRows.BlockRows, matrix.Rows - first);
            float scale = Scale(values.Slice(first * dimension, rows * dimension));
            double error = 0, norm = 0;
            for (int row = first; row < first + rows; row++)
            {
                (double rowError, double rowNorm) = Row(matrix.Row(row), scale, codes.Slice(row * stride, dimension));
                (error, norm) = (Math.Max(error, rowError), Math.Max(norm, rowNorm));
            }
            blocks[first / QuantisedRows.BlockRows] = new(scale, RoundUp(Math.Sqrt(error)), RoundUp(Math.Sqrt(norm)));
        }
    }

    /// <summary>Codes of a row.</summary>
    /// <returns>the squares of ‖x − s·x̂‖ and ‖x‖</returns>
    private static (double Error, double Norm) Row(ReadOnlySpan<float> x, float scale, Span<byte> codes)
    {
        double error = 0, norm = 0;
        for (int c = 0; c < x.Length; c++)
        {
            int code = Code(x[c], scale);
            codes[c] = (byte)(code + QuantisedRows.ZeroCode);
            double rest = x[c] - (double)scale * code; // exact: 31 significant bits, near or equal to x
            error += rest * rest;
            norm += (double)x[c] * x[c];
        }
        return (error, norm);
    }

    /// <summary>The scale that maps the largest magnitude to 127.</summary>
    internal static float Scale(ReadOnlySpan<float> x)
    {
        float largest = 0;
        foreach (float value in x)
            largest = Math.Max(largest, Math.Abs(value));
        return Math.Max(largest / CodeMax, ScaleMin);
    }

    /// <summary>x̂ = x ÷ s, rounded to the nearest integer (ties to even), −127 to 127.</summary>
    internal static int Code(float x, float scale) => Math.Clamp((int)MathF.Round(x / scale), -CodeMax, CodeMax);

    /// <summary>An fp32 value certainly not below a double that carries a few thousand roundings; +∞ beyond fp32.</summary>
    internal static float RoundUp(double value) => value == 0 ? 0 : MathF.BitIncrement((float)(value * (1 + 1e-9)));
}
