namespace Rubato;

/// <summary>μ of a promised delivery from how far it is behind.</summary>
internal static class PromisePrice
{
    /// <summary>Part of the promise by which delivery must be behind its curve for the full bonus.</summary>
    private const double Slack = 0.05;

    /// <summary>
    /// μ = base μ + worth · min(1, deficit ÷ (5 % of the promise)), where worth is that of a delivery to a listener of relevance 1: a promise
    /// that is far behind makes the campaign as good as any. Delivery ahead of its curve gets base μ.
    /// </summary>
    public static double Of(in PacingState state)
    {
        if (state.Promised == 0 || !state.Runs) return state.BaseMu;
        double deficit = state.TargetFraction * state.Promised - state.Delivered;
        double late = Math.Clamp(deficit / Math.Max(1, Slack * state.Promised), 0, 1);
        return Math.Min(state.BaseMu + late * state.WorthMax, PriceSet.PriceMax);
    }
}
