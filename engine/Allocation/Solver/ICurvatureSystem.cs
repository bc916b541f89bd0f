namespace Rubato;

/// <summary>The second derivatives at a point, and systems of linear equations with them.</summary>
internal interface ICurvatureSystem
{
    /// <summary>Takes over the second derivatives of the oracle's last evaluation.</summary>
    void Capture();

    /// <summary>The diagonal entry of a row, or a bound from above of the same size.</summary>
    double Diagonal(int row);

    /// <summary>Solves (H + diag shift) x = b for the free rows.</summary>
    /// <param name="free">rows, ascending</param> <param name="shift">[free] at least 0</param>
    /// <param name="residualMax">residual ÷ first residual that suffices</param> <param name="x">[free] b, overwritten</param>
    /// <returns>false when the matrix is not positive definite in floating point</returns>
    bool TrySolve(ReadOnlySpan<int> free, ReadOnlySpan<double> shift, double residualMax, Span<double> x);

    /// <summary>product = H · x on the free rows.</summary>
    void Multiply(ReadOnlySpan<int> free, ReadOnlySpan<double> x, Span<double> product);
}
