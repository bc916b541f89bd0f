using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Levenberg–Marquardt semismooth Newton on the smoothed dual, with bounds on the prices.</summary>
internal sealed class NewtonMethod : IDualMethod
{
    private const double MoveMax = 0.4;        // relative move of a price per step: a row without curvature would leave for good
    private const double DampingMin = 1e-9, DampingMax = 1e12;
    private const double ResidualMax = 0.03;   // 0.01 and 0.1 take more time, in iterations or in steps
    private const double CarefulResidualMax = 1e-3;
    private const int AttemptsMax = 8, BoundRoundsMax = 3;
    private readonly DualOracle _oracle;
    private readonly IOracleKernel _kernel;
    private readonly DualScales _scales;
    private readonly NewtonModel _model;
    private readonly int[] _free;
    private readonly double[] _step;
    private DualPoint _trial;
    private double _smoothing, _damping = 1e-2;
    private int _slices;

    public NewtonMethod(DualOracle oracle, DualScales scales, IOracleKernel kernel, ICurvatureSystem curvature)
    {
        (_oracle, _scales, _kernel) = (oracle, scales, kernel);
        int rows = oracle.Rows.Count;
        _model = new NewtonModel(oracle, scales, curvature);
        (_free, _step) = (new int[rows], new double[rows]);
        (Point, _trial) = (new DualPoint(rows), new DualPoint(rows));
    }

    public DualPoint Point { get; private set; }

    public void Begin(double smoothing, int slices)
    {
        (_smoothing, _slices) = (smoothing, slices);
        _oracle.Evaluate(Point, smoothing, _kernel, withCurvature: true, slices);
        _model.Capture(Point);
    }

    public bool Step()
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            int free = SolveInBounds(FindFree(), attempt == 0 ? ResidualMax : CarefulResidualMax);
            if (free == 0) return false;
            double predicted = Move(free, out double slope);
            _oracle.Evaluate(_trial, _smoothing, _kernel, withCurvature: true, _slices);
            bool accepted = Judge(free, predicted, slope, out double ratio);
            _model.Learn(_free.AsSpan(0, free), _step.AsSpan(0, free), Point.Gradient, _trial.Gradient, accepted);
            if (accepted)
            {
                (Point, _trial) = (_trial, Point);
                _model.Capture(Point);
                if (ratio > 0.7) _damping = Math.Max(_damping / 4, DampingMin);
                else if (ratio < 0.3) _damping *= 2;
                return true;
            }
            if (attempt > 1) _damping = Math.Max(_damping * 6, 1e-6); // the corrections of the first attempts were not enough
        }
        return false;
    }

    // Rows that are not held at a bound by their gradient.
    private int FindFree()
    {
        double[] y = Point.Prices, g = Point.Gradient, upper = _oracle.Rows.Upper;
        int count = 0;
        for (int row = 0; row < y.Length; row++)
            if (!(y[row] <= 0 && g[row] >= 0) && !(y[row] >= upper[row] && g[row] <= 0)) _free[count++] = row;
        return count;
    }

    // Rows at a bound whose step would leave it are fixed and the rest solved again; returns how many rows move.
    private int SolveInBounds(int count, double residualMax)
    {
        double[] y = Point.Prices, upper = _oracle.Rows.Upper;
        for (int round = 0; count > 0; round++)
        {
            while (!_model.TrySolve(_free.AsSpan(0, count), Point.Gradient, _damping, residualMax, _step.AsSpan(0, count)))
            {
                _damping = Math.Max(_damping * 10, 1e-8);
                if (_damping > DampingMax) return 0;
            }
            if (round == BoundRoundsMax - 1) return count;
            int kept = 0;
            for (int k = 0; k < count; k++)
            {
                int row = _free[k];
                if ((_step[k] < 0 && y[row] <= 0) || (_step[k] > 0 && y[row] >= upper[row])) continue;
                _free[kept++] = row;
            }
            if (kept == count) return count;
            count = kept;
        }
        return 0;
    }

    // Writes the trial prices and the step that is left after clipping; returns the decrease that the model predicts.
    private double Move(int count, out double slope)
    {
        double[] y = Point.Prices, g = Point.Gradient, upper = _oracle.Rows.Upper;
        y.CopyTo(_trial.Prices, 0);
        slope = 0;
        for (int k = 0; k < count; k++)
        {
            int row = _free[k];
            double limit = MoveMax * (y[row] + 0.25 * _scales.Prices[row]);
            double to = Math.Clamp(y[row] + Math.Clamp(_step[k], -limit, limit), 0, upper[row]);
            _step[k] = to - y[row];
            _trial.Prices[row] = to;
            slope += g[row] * _step[k];
        }
        return -(slope + _model.Quadratic(_free.AsSpan(0, count), _step.AsSpan(0, count)) / 2);
    }

    // A step is good when it lowers the value and either most of the prediction came true or it did not overshoot.
    private bool Judge(int count, double predicted, double slope, out double ratio)
    {
        double noise = 1e-13 * Math.Abs(Point.Value), decrease = Point.Value - _trial.Value, endSlope = 0;
        for (int k = 0; k < count; k++) endSlope += _trial.Gradient[_free[k]] * _step[k];
        ratio = (decrease + noise) / (Math.Abs(predicted) + noise);
        return decrease > -noise && Math.Abs(predicted) > 0 && (ratio > 0.1 || endSlope <= 0.9 * Math.Abs(slope));
    }
}
