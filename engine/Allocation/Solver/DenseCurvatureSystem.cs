using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Second derivatives as a matrix, solved by Cholesky factorisation.</summary>
internal sealed class DenseCurvatureSystem(DualOracle oracle) : ICurvatureSystem
{
    private readonly DensePositiveSystem _system = new(oracle.Rows.Count, oracle.Team);
    private DenseCurvature _curvature = new(oracle.Rows.Prices, oracle.Edges.WidthMax);

    public void Capture() => _curvature = oracle.ExchangeMatrix(_curvature);

    public double Diagonal(int row) => _curvature.Packed[Start(row) + row];

    public bool TrySolve(ReadOnlySpan<int> free, ReadOnlySpan<double> shift, double residualMax, Span<double> x)
    {
        double[] packed = _curvature.Packed;
        for (int k = 0; k < free.Length; k++)
        {
            Span<double> target = _system.Matrix.AsSpan(k * _system.Stride, k + 1);
            ReadOnlySpan<double> source = packed.AsSpan(Start(free[k]), free[k] + 1);
            for (int c = 0; c < target.Length; c++) target[c] = source[free[c]];
            target[k] += shift[k];
        }
        if (!_system.TryFactor(free.Length)) return false;
        _system.Solve(x);
        return true;
    }

    public void Multiply(ReadOnlySpan<int> free, ReadOnlySpan<double> x, Span<double> product)
    {
        product[..free.Length].Clear();
        for (int k = 0; k < free.Length; k++)
        {
            ReadOnlySpan<double> source = _curvature.Packed.AsSpan(Start(free[k]), free[k] + 1);
            double sum = source[free[k]] * x[k], own = x[k];
            for (int c = 0; c < k; c++)
            {
                double h = source[free[c]];
                sum += h * x[c];
                product[c] += h * own;
            }
            product[k] += sum;
        }
    }

    private static int Start(int row) => row * (row + 1) / 2;
}
