namespace Rubato;

/// <summary>The best feasible allocation so far. It is remembered by its prices and made again when asked for, which saves 4 bytes per edge.</summary>
internal sealed class BestPrimal
{
    private readonly PrimalPlan _plan;
    private readonly AllocationProblem _problem;
    private readonly DualRows _rows;
    private readonly double[] _vector;
    private double _smoothing; // 0: the best is the empty allocation
    private bool _inPlan;

    public BestPrimal(AllocationProblem problem, DualRows rows, WorkerTeam team, IRankExchange ranks)
    {
        (_problem, _rows) = (problem, rows);
        _plan = new PrimalPlan(problem, rows, team, ranks);
        _vector = new double[rows.Count];
        double[] promised = problem.Columns.Promised;
        for (int j = 0; j < promised.Length; j++) Value -= promised[j] * problem.Penalties[j];
    }

    /// <summary>Σ c x − Σ penalty · shortfall of the best allocation; at first of the empty one.</summary>
    public double Value { get; private set; }

    /// <summary>Makes the allocation of these prices and keeps it when it is better.</summary>
    public void Try(ReadOnlySpan<double> vector, double smoothing)
    {
        double value = _plan.Make(PriceVector.Write(_problem, _rows, vector), smoothing);
        _inPlan = value > Value;
        if (!_inPlan) return;
        Value = value;
        _smoothing = smoothing;
        vector.CopyTo(_vector);
    }

    /// <summary>The best allocation [edges], its violations, and what it misses of each promise [campaigns].</summary>
    public (float[] Allocation, AllocationViolations Violations, double[] Shortfalls) Take()
    {
        if (!_inPlan && _smoothing > 0) _plan.Make(PriceVector.Write(_problem, _rows, _vector), _smoothing);
        else if (!_inPlan) _plan.Clear();
        return (_plan.Allocation, _plan.Violations(), _plan.Shortfalls());
    }
}
