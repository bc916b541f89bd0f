using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Second derivatives as fractional edges, solved by conjugate gradients: no matrix, so any number of prices.</summary>
/// <remarks>A product costs a visit of each fractional edge, a fraction of a pass. Sums are added worker by worker, rank by rank, in a fixed order.</remarks>
internal sealed class EdgeCurvatureSystem : ICurvatureSystem
{
    private const double Resolution = 1e-12;
    private const int ExactRowsMax = 64; // small degenerate problems stall on inexact steps, and exact ones cost nothing
    private const int IterationsMax = 400;
    private readonly DualOracle _oracle;
    private readonly EdgeCurvature[] _captured;
    private readonly double[][] _sums; // of each worker: [campaigns, 2], then [cohorts + 1]
    private readonly double[] _direction, _diagonal, _row, _product, _residual, _search, _image;
    private readonly Action<int> _multiply, _addDiagonal;

    public EdgeCurvatureSystem(DualOracle oracle)
    {
        _oracle = oracle;
        int rows = oracle.Rows.Count, campaigns = 2 * oracle.Edges.CampaignCount, sums = campaigns + oracle.Edges.CohortCount + 1;
        _captured = [.. Enumerable.Range(0, oracle.Team.Size).Select(_ => oracle.NewEdgeCurvature())];
        _sums = [.. Enumerable.Range(0, oracle.Team.Size).Select(_ => new double[sums])];
        _direction = new double[sums];
        (_diagonal, _row, _product, _residual, _search, _image) = (new double[rows], new double[rows], new double[rows], new double[rows], new double[rows], new double[rows]);
        _multiply = worker =>
        {
            double[] target = _sums[worker];
            Array.Clear(target);
            _captured[worker].Multiply(_direction.AsSpan(0, campaigns), _direction.AsSpan(campaigns), target.AsSpan(0, campaigns), target.AsSpan(campaigns));
        };
        _addDiagonal = worker =>
        {
            double[] target = _sums[worker];
            Array.Clear(target);
            _captured[worker].AddDiagonal(target.AsSpan(0, campaigns), target.AsSpan(campaigns));
        };
    }

    public void Capture()
    {
        _oracle.ExchangeEdges(_captured);
        AddUp(_addDiagonal);
        Collect(_diagonal, sign: 1);
    }

    public double Diagonal(int row) => _diagonal[row];

    public bool TrySolve(ReadOnlySpan<int> free, ReadOnlySpan<double> shift, double residualMax, Span<double> x)
    {
        Span<double> residual = _residual.AsSpan(0, free.Length), search = _search.AsSpan(0, free.Length), image = _image.AsSpan(0, free.Length);
        x.CopyTo(residual);
        x.Clear();
        double before = 0, first = 0, enough = free.Length <= ExactRowsMax ? Resolution : residualMax;
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            double size = 0; // residual · preconditioned residual
            for (int k = 0; k < free.Length; k++) size += residual[k] * residual[k] / (_diagonal[free[k]] + shift[k]);
            if (iteration == 0) first = size;
            if (!(size > enough * enough * first)) break;
            double again = iteration == 0 ? 0 : size / before;
            for (int k = 0; k < free.Length; k++) search[k] = residual[k] / (_diagonal[free[k]] + shift[k]) + again * search[k];
            Multiply(free, search, image);
            double curvature = 0;
            for (int k = 0; k < free.Length; k++)
            {
                image[k] += shift[k] * search[k];
                curvature += search[k] * image[k];
            }
            if (!(curvature > 0)) return iteration > 0;
            double length = size / curvature;
            for (int k = 0; k < free.Length; k++)
            {
                x[k] += length * search[k];
                residual[k] -= length * image[k];
            }
            before = size;
        }
        return true;
    }

    public void Multiply(ReadOnlySpan<int> free, ReadOnlySpan<double> x, Span<double> product)
    {
        Array.Clear(_row);
        for (int k = 0; k < free.Length; k++) _row[free[k]] = x[k];
        PriceRows rows = _oracle.Rows.Prices;
        for (int j = 0; j < rows.Budget.Length; j++)
        {
            _direction[2 * j] = At(rows.Budget[j]);
            _direction[2 * j + 1] = At(rows.Promise[j]) - At(rows.Licensor[j]);
        }
        for (int h = 0; h < rows.Cohort.Length; h++) _direction[2 * rows.Budget.Length + h] = At(rows.Cohort[h]);
        AddUp(_multiply);
        Collect(_product, sign: -1);
        for (int k = 0; k < free.Length; k++) product[k] = _product[free[k]];

        double At(int row) => row < 0 ? 0 : _row[row];
    }

    private void AddUp(Action<int> work)
    {
        _oracle.Team.Run(work);
        double[] total = _sums[0];
        foreach (double[] sums in _sums.AsSpan(1))
            for (int i = 0; i < total.Length; i++) total[i] += sums[i];
        _oracle.SumOverRanks(total);
    }

    // From campaigns and cohorts to rows; sign is that of budgets and caps, whose prices lower reduced values.
    private void Collect(double[] target, double sign)
    {
        PriceRows rows = _oracle.Rows.Prices;
        double[] total = _sums[0];
        Array.Clear(target);
        for (int j = 0; j < rows.Budget.Length; j++)
        {
            if (rows.Budget[j] >= 0) target[rows.Budget[j]] = sign * total[2 * j];
            if (rows.Promise[j] >= 0) target[rows.Promise[j]] = total[2 * j + 1];
            if (rows.Licensor[j] >= 0) target[rows.Licensor[j]] += sign * total[2 * j + 1];
        }
        for (int h = 0; h < rows.Cohort.Length; h++) if (rows.Cohort[h] >= 0) target[rows.Cohort[h]] = total[2 * rows.Budget.Length + h];
    }
}
