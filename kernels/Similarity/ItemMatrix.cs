namespace Rubato.Kernels.Similarity;

/// <summary>The rows that the similarity kernels read: fp32 values [rows, dimension], row-major, all finite.</summary>
public readonly ref struct ItemMatrix
{
    /// <param name="values">[rows, dimension], row-major, finite</param>
    /// <param name="dimension">values per row, 1 to <see cref="DimensionMax"/></param>
    /// <param name="normMax">
    /// an upper bound of the Euclidean norm of every row; scans scale the slack of their bounds by it; +∞ (a norm beyond fp32) is correct
    /// but slow
    /// </param>
    /// <exception cref="ArgumentException">values is not a whole number of rows, or a number is out of its range.</exception>
    public ItemMatrix(ReadOnlySpan<float> values, int dimension, float normMax)
    {
        if (dimension is < 1 or > DimensionMax)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"must be 1 to {DimensionMax}");
        if (values.Length % dimension != 0)
            throw new ArgumentException($"{values.Length} values are not a whole number of rows of {dimension}", nameof(values));
        if (!(normMax >= 0))
            throw new ArgumentOutOfRangeException(nameof(normMax), normMax, "must be a number and not negative");
        Values = values;
        Dimension = dimension;
        NormMax = normMax;
    }

    /// <summary>Largest supported dimension.</summary>
    public const int DimensionMax = 4096;

    /// <summary>[rows, dimension], row-major.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>Values per row.</summary>
    public int Dimension { get; }

    /// <summary>An upper bound of the Euclidean norm of every row.</summary>
    public float NormMax { get; }

    /// <summary>Number of rows; rows × dimension is at most 2³¹ − 1.</summary>
    public int Rows => Values.Length / Dimension;

    /// <summary>[dimension] of one row.</summary>
    internal ReadOnlySpan<float> Row(int row) => Values.Slice(row * Dimension, Dimension);
}
