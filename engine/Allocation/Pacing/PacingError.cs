namespace Rubato;

/// <summary>The spend error of an interval in the unit that all policies step by.</summary>
/// <remarks>
/// error = (spent − planned) ÷ max(planned spend of <see cref="ResponseSeconds"/>, <see cref="ResponseDeliveries"/> deliveries). The first keeps
/// the answer as quick whatever the interval and the size of the budget; the second keeps a campaign with few deliveries from taking the
/// randomness of each one for news: with n deliveries in a response the price wanders by about 1 ÷ √n.
/// </remarks>
internal static class PacingError
{
    /// <summary>Seconds of planned spend by which spend must be off for an error of 1.</summary>
    public const double ResponseSeconds = 900;

    /// <summary>Deliveries by which spend must be off at least for an error of 1.</summary>
    public const double ResponseDeliveries = 30;

    /// <summary>Largest error of one interval; keeps one bad count from throwing a price away.</summary>
    private const double Max = 0.5;

    /// <summary>−0.5 to 0.5; above 0 where the campaign spent more than planned. 0 where it was not to spend, or could not.</summary>
    public static double Of(in PacingTick tick, in PacingState state)
    {
        if (!state.CanSpend || state.SpendMicros == 0) return 0;
        double response = Math.Max(state.PlannedMicros * (ResponseSeconds / tick.ElapsedSeconds), ResponseDeliveries * state.SpendMicros);
        return Math.Clamp((state.SpentInIntervalMicros - state.PlannedMicros) / response, -Max, Max);
    }
}
