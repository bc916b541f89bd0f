namespace Rubato;

/// <summary>
/// A primal-dual approximation that constrains a learner with polynomial weights, after the public description of Spotify Research's CPWU
/// (2025); docs/PACING.md says what is theirs and what is ours.
/// </summary>
/// <remarks>
/// The learner: (λ + s) is multiplied by 1 + error, ½ to 1½, a polynomial instead of an exponential update. The environment: an exponential
/// potential y(u) = ((1 + θ)^u − 1) ÷ θ, the threshold of online knapsacks, of how far spend is ahead of (u above 0) or behind (below 0) its
/// curve, in units of the slack, bounds the price to y(u) · λmax from below and to y(1 + u) · λmax from above. So no campaign gets further
/// ahead than the slack, and one that is the slack behind costs nothing. The learner goes on from the price that the environment let through:
/// what it anticipates is what happens.
/// </remarks>
internal sealed class CpwuPacing : IPacingPolicy
{
    private const double LossMax = 0.5;           // η times the learner's loss of one interval
    private const double Spread = 1000;           // θ: largest worth of a unit of spend ÷ smallest that is worth having
    private const double SlackFraction = 0.05;    // of the budget
    private const double SlackDeliveriesMin = 20;

    /// <inheritdoc/>
    public string Name => "cpwu";

    /// <summary>The price set's prices.</summary>
    public PacingSignal Start(in PacingState state) => new(Math.Min(state.BaseLambda, state.LambdaMax), state.BaseMu, 1);

    /// <inheritdoc/>
    public void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals)
    {
        for (int i = 0; i < states.Length; i++)
        {
            ref readonly PacingState state = ref states[i];
            double lambda = signals[i].Lambda;
            if (state.CanSpend && state.LambdaMax > 0)
            {
                double shift = state.LambdaShift;
                double learned = (lambda + shift) * (1 + Math.Clamp(PacingError.Of(tick, state), -LossMax, LossMax)) - shift;
                double ahead = Ahead(state);
                lambda = Math.Clamp(learned, Potential(ahead) * state.LambdaMax, Potential(1 + ahead) * state.LambdaMax);
            }
            signals[i] = new PacingSignal(lambda, PromisePrice.Of(state), 1);
        }
    }

    // How far spend is ahead of its curve, −1 to 1, in units of the slack.
    private static double Ahead(in PacingState state)
    {
        double slack = Math.Max(SlackFraction * state.BudgetMicros, SlackDeliveriesMin * state.SpendMicros);
        return Math.Clamp((state.SpentMicros - state.TargetFraction * state.BudgetMicros) / slack, -1, 1);
    }

    private static double Potential(double u) => (Math.Pow(1 + Spread, Math.Clamp(u, 0, 1)) - 1) / Spread;
}
