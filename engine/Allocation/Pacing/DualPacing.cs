namespace Rubato;

/// <summary>Dual mirror descent on the spend error, with a feed-forward of the traffic profile.</summary>
/// <remarks>
/// ln(λ + s) grows by error − φ · ln(planned spend per expected request, next interval ÷ last), s a shift (docs/PACING.md). The map is
/// entropic where the price is large, so that steps are relative to it, and additive near 0, which it can therefore reach and leave. The step
/// size is 1, since <see cref="PacingError"/> brings the scale.
/// </remarks>
internal sealed class DualPacing : IPacingPolicy
{
    private const double FeedForward = 0.3;  // φ: price answers to spend with an elasticity of about 1 ÷ φ
    private const double FeedForwardMax = 0.5;

    /// <inheritdoc/>
    public string Name => "dual";

    /// <summary>The price set's prices.</summary>
    public PacingSignal Start(in PacingState state) => new(Math.Min(state.BaseLambda, state.LambdaMax), state.BaseMu, 1);

    /// <inheritdoc/>
    public void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals)
    {
        double trafficRatio = tick.Traffic > 0 && tick.TrafficNext > 0 ? tick.TrafficNext / tick.Traffic : 1;
        for (int i = 0; i < states.Length; i++)
        {
            ref readonly PacingState state = ref states[i];
            double lambda = signals[i].Lambda;
            if (state.CanSpend && state.LambdaMax > 0)
            {
                double step = PacingError.Of(tick, state) - Ahead(state, trafficRatio);
                double shift = state.LambdaShift;
                lambda = Math.Clamp((lambda + shift) * Math.Exp(step) - shift, 0, state.LambdaMax);
            }
            signals[i] = new PacingSignal(lambda, PromisePrice.Of(state), 1);
        }
    }

    // What the plan wants of each request from now on, against what it wanted until now: known before any error has been made.
    private static double Ahead(in PacingState state, double trafficRatio)
    {
        if (state.PlannedMicros <= 0 || state.PlannedNextMicros <= 0) return 0;
        return Math.Clamp(FeedForward * Math.Log(state.PlannedNextMicros / state.PlannedMicros / trafficRatio), -FeedForwardMax, FeedForwardMax);
    }
}
