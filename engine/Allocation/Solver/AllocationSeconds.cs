namespace Rubato;

/// <summary>Where the time of a solve went.</summary>
/// <param name="Total">from validated columns to certificate</param>
/// <param name="Layout">sorting the edges into slices</param>
/// <param name="Dual">minimising the dual</param>
/// <param name="Primal">recovering and repairing feasible allocations</param>
public sealed record AllocationSeconds(double Total, double Layout, double Dual, double Primal);
