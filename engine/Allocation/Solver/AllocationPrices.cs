namespace Rubato;

/// <summary>The shadow prices of an allocation problem, all at least 0.</summary>
/// <param name="Budget">[campaigns] λ, per unit of spend</param>
/// <param name="Promise">[campaigns] μ, per promised delivery, at most the penalty; empty without promises</param>
/// <param name="Licensor">[licensors] ν, per delivery; empty without caps</param>
/// <param name="Cohort">[cohorts] κ, per unit of quality margin; empty without floors</param>
public sealed record AllocationPrices(double[] Budget, double[] Promise, double[] Licensor, double[] Cohort);
