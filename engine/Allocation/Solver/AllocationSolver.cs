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
        using var run = new AllocationRun(problem, options.Validated(), progress, SingleRank.Instance);
        return run.Solve(cancellation);
    }

    /// <summary>Solves with the other ranks, each on its share of the listeners; the whole allocation is returned on rank 0, an empty one elsewhere.</summary>
    /// <param name="problem">the whole problem, the same on every rank</param> <param name="options">the same on every rank</param>
    /// <param name="ranks">the ranks of the job</param> <param name="progress">called after every step; null for none</param>
    /// <param name="cancellation">on any rank ends the solve on all</param>
    /// <exception cref="ArgumentException">An option is out of range, or the warm start belongs to a problem of another shape.</exception>
    public static AllocationSolution SolveDistributed(
        AllocationProblem problem, AllocationOptions options, MpiRanks ranks, Action<AllocationProgress>? progress = null, CancellationToken cancellation = default)
        => SolvePart(problem, options, ranks, progress, cancellation);

    internal static AllocationSolution SolvePart(
        AllocationProblem problem, AllocationOptions options, IRankExchange ranks, Action<AllocationProgress>? progress = null, CancellationToken cancellation = default)
    {
        int[] firsts = [.. Enumerable.Range(0, ranks.Size + 1).Select(rank => (int)((long)problem.ListenerCount * rank / ranks.Size))];
        int[] counts = [.. Enumerable.Range(0, ranks.Size).Select(rank => (int)(problem.Columns.Starts[firsts[rank + 1]] - problem.Columns.Starts[firsts[rank]]))];
        using var run = new AllocationRun(problem.Part(firsts[ranks.Rank], firsts[ranks.Rank + 1]), options.Validated(), progress, ranks);
        AllocationSolution solution = run.Solve(cancellation);
        return solution with { Allocation = ranks.Gather(solution.Allocation, counts) };
    }
}
