namespace Rubato;

/// <summary>Baseline: the prices of the price set, uncorrected.</summary>
internal sealed class StaticPacing : IPacingPolicy
{
    /// <inheritdoc/>
    public string Name => "static";

    /// <summary>The price set's prices.</summary>
    public PacingSignal Start(in PacingState state) => new(state.BaseLambda, state.BaseMu, 1);

    /// <inheritdoc/>
    public void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals)
    {
        for (int i = 0; i < states.Length; i++) signals[i] = Start(states[i]);
    }
}
