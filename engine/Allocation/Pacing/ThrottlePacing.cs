namespace Rubato;

/// <summary>Baseline: no prices; a campaign takes part in a request with a probability that follows the spend error.</summary>
internal sealed class ThrottlePacing : IPacingPolicy
{
    private const double AdmissionMin = 1e-4; // from here it can still learn that it spends too little

    /// <inheritdoc/>
    public string Name => "throttle";

    /// <summary>No prices, every request.</summary>
    public PacingSignal Start(in PacingState state) => new(0, 0, 1);

    /// <inheritdoc/>
    public void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals)
    {
        for (int i = 0; i < states.Length; i++)
            signals[i] = new PacingSignal(0, 0, Math.Clamp(signals[i].Admission * Math.Exp(-PacingError.Of(tick, states[i])), AdmissionMin, 1));
    }
}
