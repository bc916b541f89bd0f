namespace Rubato;

/// <summary>Time that a batch spent in each stage, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
/// <param name="Retrieval">requests → candidates</param>
/// <param name="Ranking">candidates → objectives</param>
/// <param name="Allocation">objectives → responses</param>
public readonly record struct StageTicks(long Retrieval, long Ranking, long Allocation);
