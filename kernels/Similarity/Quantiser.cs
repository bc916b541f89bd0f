namespace Rubato.Kernels.Similarity;

/// <summary>Makes the int8 copy of rows: symmetric, one scale per row, with a proven bound of the error; the same bits on every machine.</summary>
public static class Quantiser
{
    /// <summary>Largest magnitude of x̂; −128 is not used, so that rows and their negatives quantise alike.</summary>
    internal const int CodeMax = 127;

    /// <summary>
    /// Smallest scale: below it a row quantises to zeros and its error is its norm; so that scales have reciprocals and products with them
    /// stay clear of denormals.
    /// </summary>
    internal const float ScaleMin = 1f / (1 << 30) / (1 << 30) / (1 << 30) / (1 << 10); // 2⁻¹⁰⁰

    /// <summary>Quantises rows, in one piece or, to stream them, in pieces of a multiple of 64 rows.</summary>
    /// <param name="values">[rows, dimension], row-major</param>
    /// <param name="dimension">values per row, 1 to <see cref="ItemMatrix.DimensionMax"/></param>
    /// <param name="codes">[padded rows, padded dimension], overwritten</param>
    /// <param name="scales">[padded rows], overwritten</param>
    /// <param name="bounds">[padded rows ÷ 16], overwritten</param>
    /// <exception cref="ArgumentException">A value is not finite (the message names its row), or the shapes disagree.</exception>
    public static void Quantise(ReadOnlySpan<float> values, int dimension, Span<byte> codes, Span<float> scales, Span<BlockBound> bounds)
    {
        var matrix = new ItemMatrix(values, dimension, normMax: 0);
        _ = new QuantisedRows(codes, scales, bounds, matrix.Rows, dimension); // checks the shapes
        int bad = FiniteCheck.FirstNonFinite(values);
        if (bad >= 0)
            throw new ArgumentException($"row {bad / dimension} holds {values[bad]} at coordinate {bad % dimension}; values must be finite", nameof(values));
        int stride = QuantisedRows.Padded(dimension);
        codes.Fill(QuantisedRows.ZeroCode);
        scales.Fill(1);
        bounds.Clear();
        for (int row = 0; row < matrix.Rows; row++)
        {
            ReadOnlySpan<float> x = matrix.Row(row);
            float scale = Scale(x);
            Span<byte> rowCodes = codes.Slice(row * stride, dimension);
            double error = 0, norm = 0;
            for (int c = 0; c < x.Length; c++)
            {
                int code = Code(x[c], scale);
                rowCodes[c] = (byte)(code + QuantisedRows.ZeroCode);
                double rest = x[c] - (double)scale * code;
                error += rest * rest;
                norm += (double)x[c] * x[c];
            }
            scales[row] = scale;
            ref BlockBound bound = ref bounds[row / QuantisedRows.BlockRows];
            bound = new(Math.Max(bound.ErrorMax, RoundUp(Math.Sqrt(error))), Math.Max(bound.NormMax, RoundUp(Math.Sqrt(norm))));
        }
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
