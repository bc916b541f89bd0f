using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>A dense symmetric positive definite system, factored by all workers of a team. Memory is reserved once, for the largest size.</summary>
internal sealed class DensePositiveSystem
{
    private readonly WorkerTeam _team;
    private readonly double[] _packed, _inverse;
    private readonly Action<int> _solvePanel, _pack, _update;
    private int _size, _first, _count;

    public DensePositiveSystem(int sizeMax, WorkerTeam team)
    {
        _team = team;
        Stride = sizeMax + CholeskyTiles.Padding;
        Matrix = new double[Math.Max(1, sizeMax) * Stride];
        _packed = new double[(sizeMax + CholeskyTiles.Padding) * CholeskyTiles.BlockRows];
        _inverse = new double[CholeskyTiles.BlockRows * (CholeskyTiles.BlockRows + CholeskyTiles.Padding)];
        _solvePanel = worker =>
        {
            (int from, int end) = RowsOf(worker, linear: true);
            CholeskyTiles.SolvePanel(Matrix, Stride, _first, _count, _inverse, from, end);
        };
        _pack = worker =>
        {
            int tiles = CholeskyTiles.TileCount(_size, _first, _count);
            CholeskyTiles.Pack(Matrix, Stride, _size, _first, _count, _packed, tiles * worker / _team.Size, tiles * (worker + 1) / _team.Size);
        };
        _update = worker =>
        {
            (int from, int end) = RowsOf(worker, linear: false);
            CholeskyTiles.Update(Matrix, Stride, _first, _count, _packed, from, end);
        };
    }

    /// <summary>[size, Stride] lower triangle, row-major; overwritten by <see cref="TryFactor"/>.</summary>
    public double[] Matrix { get; }

    /// <summary>Elements per row.</summary>
    public int Stride { get; }

    /// <summary>Factors the first rows and columns; false where they are not positive definite.</summary>
    public bool TryFactor(int size)
    {
        _size = size;
        for (_first = 0; _first < size; _first += _count)
        {
            _count = Math.Min(CholeskyTiles.BlockRows, size - _first);
            if (!CholeskyTiles.FactorDiagonal(Matrix, Stride, _first, _count, _inverse)) return false;
            if (_first + _count == size) break;
            _team.Run(_solvePanel);
            _team.Run(_pack);
            _team.Run(_update);
        }
        return true;
    }

    /// <summary>Solves with the factor, in place.</summary>
    /// <param name="x">[size of the last factorisation]</param>
    public void Solve(Span<double> x) => CholeskyTiles.Solve(Matrix, Stride, x);

    // Equal rows, or rows of equal work in a triangle; in whole tiles of four.
    private (int From, int End) RowsOf(int worker, bool linear)
    {
        int below = _first + _count, rows = _size - below;
        int Edge(int i)
        {
            double share = (double)i / _team.Size;
            return i == _team.Size ? rows : (int)(rows * (linear ? share : Math.Sqrt(share))) & ~3;
        }
        return (below + Edge(worker), below + Edge(worker + 1));
    }
}
