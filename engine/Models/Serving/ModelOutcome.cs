namespace Rubato;

/// <summary>How work given to a model ended, and where its time went.</summary>
/// <param name="Status">whether its rows were run</param>
/// <param name="Problem">why not, in one line; null where they were</param>
/// <param name="QueueTicks">Stopwatch ticks from arrival until its first row was taken into a batch</param>
/// <param name="BatchTicks">Stopwatch ticks in which its batches were filled and emptied</param>
/// <param name="ComputeTicks">Stopwatch ticks of the runs of its batches</param>
/// <param name="BatchRows">rows of its last batch, those of others included</param>
public readonly record struct ModelOutcome(ModelStatus Status, string? Problem, long QueueTicks, long BatchTicks, long ComputeTicks, int BatchRows);
