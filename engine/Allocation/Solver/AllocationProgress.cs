namespace Rubato;

/// <summary>How far a solve has come.</summary>
/// <param name="Stage">number of the smoothing stage, from 1</param>
/// <param name="Smoothing">γ of the stage</param>
/// <param name="Gap">relative gap between the best bound and the best feasible value so far; 1 before there is a feasible value</param>
/// <param name="EstimatedGap">what the present point promises: smoothing cost and constraints out of balance, relative</param>
/// <param name="Passes">passes over the edges so far</param>
/// <param name="Seconds">since the start</param>
public readonly record struct AllocationProgress(int Stage, double Smoothing, double Gap, double EstimatedGap, double Passes, double Seconds);
