namespace Rubato;

/// <summary>A whole .npy array in memory.</summary>
/// <param name="Values">[rows, columns], row-major</param>
/// <param name="Dimensions">1 or 2</param>
/// <param name="Rows">first number of the shape</param>
/// <param name="Columns">second number of the shape; 1 for a 1-D array</param>
public sealed record NpyArray<T>(T[] Values, int Dimensions, int Rows, int Columns) where T : unmanaged
{
    /// <summary>One row.</summary>
    /// <param name="row">0 to Rows − 1</param>
    public Span<T> Row(int row) => Values.AsSpan(checked(row * Columns), Columns);
}
