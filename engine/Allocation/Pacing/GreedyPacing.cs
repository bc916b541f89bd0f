namespace Rubato;

/// <summary>Baseline: no prices, every request, until the budget is gone.</summary>
internal sealed class GreedyPacing : IPacingPolicy
{
    /// <inheritdoc/>
    public string Name => "greedy";

    /// <summary>No prices, every request.</summary>
    public PacingSignal Start(in PacingState state) => new(0, 0, 1);

    /// <inheritdoc/>
    public void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals)
    {
        for (int i = 0; i < states.Length; i++) signals[i] = Start(states[i]);
    }
}
