namespace Rubato;

/// <summary>The spend error of an interval in the unit that all policies step by.</summary>
/// <remarks>
/// error = (spent − planned) ÷ max(planned spend of <see cref="ResponseSeconds"/>, spend of a few deliveries). The first keeps the answer as
/// quick whatever the interval and the size of the budget. The second, 5 % of the deliveries that the budget pays for, but 3 to 30, keeps a campaign
/// with few deliveries from taking the randomness of each one for news: with n deliveries in a response the price wanders by about 1 ÷ √n.
/// </remarks>
internal static class PacingError
{
    /// <summary>Seconds of planned spend by which spend must be off for an error of 1.</summary>
    public const double ResponseSeconds = 900;

    private const double ResponseFraction = 0.05, ResponseDeliveriesMin = 3, ResponseDeliveriesMax = 30;

    /// <summary>
    /// Largest error of one interval. Where many listeners are worth nearly the same, a price a little too low brings all of them at once: an
    /// answer that were cut off earlier would not make up for such an interval, and spend would run ahead of its curve.
    /// </summary>
    private const double Max = 2;

    /// <summary>−2 to 2; above 0 where the campaign spent more than planned. 0 where it was not to spend, or could not.</summary>
    public static double Of(in PacingTick tick, in PacingState state)
    {
        if (!state.CanSpend || state.SpendMicros == 0) return 0;
        double few = Math.Clamp(ResponseFraction * state.BudgetMicros, ResponseDeliveriesMin * state.SpendMicros, ResponseDeliveriesMax * state.SpendMicros);
        double response = Math.Max(state.PlannedMicros * (ResponseSeconds / tick.ElapsedSeconds), few);
        return Math.Clamp((state.SpentInIntervalMicros - state.PlannedMicros) / response, -Max, Max);
    }
}
