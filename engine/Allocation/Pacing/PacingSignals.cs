namespace Rubato;

/// <summary>The signals of one interval for all campaigns of a set. Immutable, so lanes read it without a lock for as long as they like.</summary>
public sealed class PacingSignals
{
    private readonly PacingSignal[] _signals;
    private readonly ulong[] _admissions; // probability in units of 2⁻⁶⁴, rounded down; all ones = always

    /// <param name="number">of the interval</param> <param name="signals">[campaigns], kept, not copied</param>
    internal PacingSignals(long number, PacingSignal[] signals)
    {
        Number = number;
        _signals = signals;
        _admissions = new ulong[signals.Length];
        for (int i = 0; i < signals.Length; i++) _admissions[i] = Threshold(signals[i].Admission);
    }

    /// <summary>Number of the interval, counted from 0; larger = later.</summary>
    public long Number { get; }

    /// <summary>[campaigns], in the order of the campaign set.</summary>
    public ReadOnlySpan<PacingSignal> Signals => _signals;

    /// <summary>Whether a campaign takes part in a request: true with the probability of its signal, always the same for the same request.</summary>
    /// <param name="campaign">index of the campaign</param> <param name="request">any number that differs between requests</param>
    public bool Admits(int campaign, ulong request)
    {
        ulong threshold = _admissions[campaign];
        return threshold == ulong.MaxValue || Mix(request ^ Mix((ulong)campaign)) < threshold;
    }

    private static ulong Threshold(double probability) =>
        probability >= 1 ? ulong.MaxValue : probability > 0 ? (ulong)(probability * 18446744073709551616.0) : 0;

    // The finaliser of SplitMix64: every bit of the input reaches every bit of the output.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
