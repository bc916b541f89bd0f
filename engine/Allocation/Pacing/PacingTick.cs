namespace Rubato;

/// <summary>What a pacing policy is told about the interval as a whole.</summary>
/// <param name="Now">end of the interval, UTC</param>
/// <param name="ElapsedSeconds">length of the interval, above 0</param>
/// <param name="Traffic">weight of the interval in the traffic profile ÷ its length: what was expected to arrive, in any unit</param>
/// <param name="TrafficNext">the same for an interval of this length that begins now</param>
public readonly record struct PacingTick(DateTime Now, double ElapsedSeconds, double Traffic, double TrafficNext);
