namespace Rubato;

/// <summary>Chooses the next smoothing γ from what the last ones cost.</summary>
/// <remarks>
/// The cost falls like γ² where prices separate the listeners, and like γ where a whole family of edges is worth exactly its price
/// (spend proportional to value). The exponent is measured between two stages.
/// </remarks>
internal sealed class SmoothingSchedule(double start)
{
    private const double ShrinkMost = 0.1, ShrinkLeast = 0.6, Aim = 0.4; // aim below the cost wanted: the rest is for the repair
    private double _previous, _previousCost;

    /// <summary>γ of the present stage.</summary>
    public double Smoothing { get; private set; } = start;

    /// <summary>Number of the present stage, from 1.</summary>
    public int Stage { get; private set; } = 1;

    /// <summary>Goes to the next stage after one that has converged.</summary>
    /// <param name="cost">what the smoothing costs, in units of value</param> <param name="costWanted">what it may cost in the end</param>
    public void Advance(double cost, double costWanted)
    {
        double exponent = 2;
        if (_previousCost > 0 && cost > 0 && cost < _previousCost)
            exponent = Math.Clamp(Math.Log(cost / _previousCost) / Math.Log(Smoothing / _previous), 1, 2);
        double factor = cost > 0 ? Math.Pow(Aim * costWanted / cost, 1 / exponent) : ShrinkLeast;
        (_previous, _previousCost) = (Smoothing, cost);
        Smoothing *= Math.Clamp(factor, ShrinkMost, ShrinkLeast);
        Stage++;
    }

    /// <summary>Takes back half of the last shrinking, on a logarithmic scale, after a stage that did not converge; false when it was small.</summary>
    public bool TryRetreat()
    {
        if (_previous == 0 || Smoothing > 0.7 * _previous) return false;
        Smoothing = Math.Sqrt(Smoothing * _previous);
        return true;
    }
}
