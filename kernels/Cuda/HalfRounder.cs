using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Makes the fp16 copy of rows: x ≈ s·h with a power of two s for each block of 16 rows and a proven bound of the error.</summary>
internal static class HalfRounder
{
    /// <summary>The largest magnitude of a block becomes at most 2¹⁵, inside the range of halves.</summary>
    private const int ExponentMax = 15;

    /// <summary>Scales stay normal numbers with room below them.</summary>
    private const int ScaleExponentMin = -100;

    /// <param name="values">[rows, dimension], finite</param>
    /// <param name="dimension">values per row</param>
    /// <param name="stride">halves from row to row</param>
    /// <param name="halves">[rows, stride], zeros behind each row</param>
    /// <param name="blocks">[padded rows ÷ 16], overwritten</param>
    public static void Round(ReadOnlySpan<float> values, int dimension, int stride, Span<Half> halves, Span<QuantisedBlock> blocks)
    {
        blocks.Fill(new(Scale: 1, ErrorMax: 0, NormMax: 0));
        int rows = values.Length / dimension;
        for (int first = 0; first < rows; first += QuantisedRows.BlockRows)
        {
            int count = Math.Min(QuantisedRows.BlockRows, rows - first);
            float scale = Scale(values.Slice(first * dimension, count * dimension));
            double error = 0, norm = 0;
            for (int row = first; row < first + count; row++)
            {
                double rowError = 0, rowNorm = 0;
                for (int c = 0; c < dimension; c++)
                {
                    float value = values[row * dimension + c];
                    Half half = (Half)(value / scale);
                    halves[row * stride + c] = half;
                    double rest = value - (double)half * scale; // exact: a difference of fp32 numbers of like size
                    rowError += rest * rest;
                    rowNorm += (double)value * value;
                }
                (error, norm) = (Math.Max(error, rowError), Math.Max(norm, rowNorm));
            }
            blocks[first / QuantisedRows.BlockRows] = new(scale, Quantiser.RoundUp(Math.Sqrt(error)), Quantiser.RoundUp(Math.Sqrt(norm)));
        }
    }

    private static float Scale(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values) largest = Math.Max(largest, Math.Abs(value));
        return largest == 0 ? 1 : MathF.ScaleB(1, Math.Max(Math.ILogB(largest) + 1 - ExponentMax, ScaleExponentMin));
    }
}
