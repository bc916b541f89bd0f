namespace Rubato;

/// <summary>Largest relative violation of each constraint family: excess ÷ limit; for floors, deficit ÷ Σ |q| x.</summary>
/// <param name="Budget">spend above a budget</param>
/// <param name="Licensor">deliveries above a cap</param>
/// <param name="Cohort">quality below a floor</param>
/// <param name="Slots">deliveries of a listener above its slots, or an entry outside 0 to 1</param>
public sealed record AllocationViolations(double Budget, double Licensor, double Cohort, double Slots)
{
    /// <summary>The largest of all.</summary>
    public double Largest => Math.Max(Math.Max(Budget, Licensor), Math.Max(Cohort, Slots));
}
