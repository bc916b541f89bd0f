using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Accelerated projected gradient on the smoothed dual: diagonal scaling, step by backtracking, restart where momentum climbs.</summary>
/// <remarks>Needs no matrix, so it serves problems with many prices, and it checks the Newton method.</remarks>
internal sealed class GradientMethod : IDualMethod
{
    private const double StepGrowth = 1.1, StepShrink = 0.5;
    private const int AttemptsMax = 60;
    private readonly DualOracle _oracle;
    private readonly IOracleKernel _kernel;
    private readonly DualScales _scales;
    private readonly double[] _metric;
    private DualPoint _ahead, _trial;
    private double _smoothing, _rate = 1, _momentum = 1;
    private int _slices;

    public GradientMethod(DualOracle oracle, DualScales scales, IOracleKernel kernel)
    {
        (_oracle, _scales, _kernel) = (oracle, scales, kernel);
        int rows = oracle.Rows.Count;
        _metric = new double[rows];
        (Point, _ahead, _trial) = (new DualPoint(rows), new DualPoint(rows), new DualPoint(rows));
    }

    public DualPoint Point { get; private set; }

    public void Begin(double smoothing, int slices)
    {
        (_smoothing, _slices) = (smoothing, slices);
        Evaluate(Point);
        Restart();
        for (int row = 0; row < _metric.Length; row++)
        {
            double size = Math.Max(Math.Abs(Point.Usage[row]), Math.Abs(_oracle.Rows.Limits[row]));
            _metric[row] = size > 0 ? (Point.Prices[row] + 0.1 * _scales.Prices[row]) / size : 0;
        }
    }

    public bool Step()
    {
        double noise = 1e-14 * Math.Abs(Point.Value);
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            double model = Descend(); // value that the quadratic upper model promises
            Evaluate(_trial);
            if (_trial.Value <= model + noise)
            {
                if (_trial.Value > Point.Value + noise && _momentum > 1)
                {
                    Restart();
                    continue;
                }
                bool moved = Advance();
                _rate *= StepGrowth;
                return moved;
            }
            _rate *= StepShrink;
        }
        return false;
    }

    private double Descend()
    {
        double[] y = _ahead.Prices, g = _ahead.Gradient, upper = _oracle.Rows.Upper;
        double model = _ahead.Value;
        for (int row = 0; row < y.Length; row++)
        {
            double to = Math.Clamp(y[row] - _rate * _metric[row] * g[row], 0, upper[row]), d = to - y[row];
            _trial.Prices[row] = to;
            if (d != 0) model += g[row] * d + d * d / (2 * _rate * _metric[row]);
        }
        return model;
    }

    // The new point becomes the trial; the next look-ahead goes on in the direction of the move unless the gradient there points back.
    private bool Advance()
    {
        double next = (1 + Math.Sqrt(1 + 4 * _momentum * _momentum)) / 2, weight = (_momentum - 1) / next, uphill = 0;
        double[] from = Point.Prices, to = _trial.Prices, upper = _oracle.Rows.Upper;
        bool moved = false;
        for (int row = 0; row < to.Length; row++)
        {
            uphill += _trial.Gradient[row] * (to[row] - from[row]);
            moved |= to[row] != from[row];
        }
        (Point, _trial) = (_trial, Point);
        if (uphill > 0)
        {
            Restart();
            return moved;
        }
        _momentum = next;
        for (int row = 0; row < to.Length; row++) _ahead.Prices[row] = Math.Clamp(to[row] + weight * (to[row] - from[row]), 0, upper[row]);
        Evaluate(_ahead);
        return moved;
    }

    private void Restart()
    {
        _momentum = 1;
        _ahead.CopyFrom(Point);
    }

    private void Evaluate(DualPoint point) => _oracle.Evaluate(point, _smoothing, _kernel, withCurvature: false, _slices);
}
