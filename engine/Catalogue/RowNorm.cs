namespace Rubato;

/// <summary>Bounds the Euclidean norm of a row from above, as the scans need it.</summary>
internal static class RowNorm
{
    /// <summary>
    /// The next fp32 above √Σ x[c]². The squares of fp32 are exact in double and 4096 additions lose less than 2⁻⁴⁰ of the sum,
    /// far below the step to the next fp32. +∞ where the norm is beyond fp32, which scans take.
    /// </summary>
    public static float UpperBound(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row) sum += (double)value * value;
        return MathF.BitIncrement((float)Math.Sqrt(sum));
    }
}
