namespace Rubato;

/// <summary>Steers the prices of campaigns so that their spend follows their curves.</summary>
/// <remarks>
/// One thread calls it, once per interval, with intervals that follow each other; a clock that jumps back is kept from it. A policy keeps what
/// it must remember about a campaign in the campaign's signal, so that it survives when campaigns come and go.
/// </remarks>
public interface IPacingPolicy
{
    /// <summary>Name in options and reports.</summary>
    string Name { get; }

    /// <summary>The signal of a campaign that has none yet.</summary>
    PacingSignal Start(in PacingState state);

    /// <summary>Replaces the signals of the interval that ended by those of the next one.</summary>
    /// <param name="tick">the interval</param>
    /// <param name="states">[campaigns]</param>
    /// <param name="signals">[campaigns] on entry those of the interval that ended; every one finite and in its range on return</param>
    void Update(in PacingTick tick, ReadOnlySpan<PacingState> states, Span<PacingSignal> signals);
}
