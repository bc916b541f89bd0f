namespace Rubato;

/// <summary>The quadratic model of the smoothed dual around a point: its curvature there, and the curvature that earlier steps found missing.</summary>
/// <remarks>
/// The smoothed dual is piecewise quadratic. Where few listeners are fractional a constraint may show no curvature at a point although its
/// gradient changes a step further on. After a step, the part of the gradient's change that the model did not predict is a curvature per row
/// (a secant); it is added to the diagonal. Without it Newton steps of such rows overshoot again and again.
/// </remarks>
internal sealed class NewtonModel(DualOracle oracle, DualScales scales, ICurvatureSystem curvature)
{
    private const double MissingDecay = 0.25; // of the correction, per accepted step; 0.1 to 0.5 need about the same number of passes
    private const double MissingMax = 1e3;    // times the row's own curvature and reference
    private readonly double[] _reference = new double[oracle.Rows.Count];
    private readonly double[] _missing = new double[oracle.Rows.Count];
    private readonly double[] _change = new double[oracle.Rows.Count];
    private readonly double[] _shift = new double[oracle.Rows.Count];

    /// <summary>Takes over the curvature of the oracle's last evaluation and the reference curvature of its point.</summary>
    /// <remarks>A constraint's use falls about in proportion as its price rises: use ÷ price is a curvature of the right size for any row.</remarks>
    public void Capture(DualPoint point)
    {
        curvature.Capture();
        for (int row = 0; row < _reference.Length; row++)
        {
            double size = Math.Max(Math.Abs(point.Usage[row]), Math.Abs(oracle.Rows.Limits[row]));
            _reference[row] = size / (point.Prices[row] + 0.1 * scales.Prices[row]);
        }
    }

    /// <summary>Solves for the step of the free rows: (H + missing + damping · (diag H + reference)) step = −gradient.</summary>
    /// <param name="free">rows, ascending</param> <param name="gradient">[rows of the problem]</param>
    /// <param name="damping">above 0</param> <param name="residualMax">how exactly</param> <param name="step">[free], overwritten</param>
    /// <returns>false when the damped matrix is not positive definite in floating point</returns>
    public bool TrySolve(ReadOnlySpan<int> free, double[] gradient, double damping, double residualMax, Span<double> step)
    {
        for (int k = 0; k < free.Length; k++)
        {
            int row = free[k];
            _shift[k] = _missing[row] + damping * (curvature.Diagonal(row) + _reference[row]) + double.Epsilon;
            step[k] = -gradient[row];
        }
        return curvature.TrySolve(free, _shift.AsSpan(0, free.Length), residualMax, step);
    }

    /// <summary>step · H · step, without corrections and damping; remembers H · step for <see cref="Learn"/>.</summary>
    public double Quadratic(ReadOnlySpan<int> free, ReadOnlySpan<double> step)
    {
        curvature.Multiply(free, step, _change);
        double total = 0;
        for (int k = 0; k < free.Length; k++) total += _change[k] * step[k];
        return total;
    }

    /// <summary>Corrects the diagonal by what the last step has shown.</summary>
    public void Learn(ReadOnlySpan<int> free, ReadOnlySpan<double> step, double[] before, double[] after, bool accepted)
    {
        for (int k = 0; k < free.Length; k++)
        {
            int row = free[k];
            double limit = MissingMax * (_reference[row] + curvature.Diagonal(row)), seen = 0;
            if (step[k] != 0) seen = Math.Clamp((after[row] - before[row] - _change[k]) / step[k], 0, limit);
            _missing[row] = Math.Max(_missing[row], seen) * (accepted ? MissingDecay : 1);
        }
    }
}
