namespace Rubato;

/// <summary>Solves batch allocation problems and proves how good the answer is.</summary>
public static class AllocationSolver
{
    /// <summary>
    /// Minimises the smoothed dual for falling smoothing γ, makes a feasible allocation, and stops when the gap between the best dual bound and
    /// the best feasible value is small enough.
    /// </summary>
    /// <param name="problem">validated problem</param>
    /// <param name="options">gap, threads, method</param>
    /// <param name="progress">called on the calling thread after every step; null for none</param>
    /// <param name="cancellation">ends the solve at the next step, with the best certified answer so far</param>
    /// <exception cref="ArgumentException">An option is out of range, or the warm start belongs to a problem of another shape.</exception>
    public static AllocationSolution Solve(
        AllocationProblem problem, AllocationOptions options, Action<AllocationProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var run = new AllocationRun(problem, options.Validated(), progress);
        return run.Solve(cancellation);
    }
}
