namespace Rubato;

/// <summary>The prices at the end of the last stages: they move almost in a straight line as the smoothing falls.</summary>
internal sealed class PricePath(DualRows rows)
{
    private readonly double[] _older = new double[rows.Count], _newer = new double[rows.Count], _spare = new double[rows.Count];
    private double _olderSmoothing;
    private int _stages;

    /// <summary>Takes the end of a stage; from the second stage on makes the extrapolation to the next smoothing ready for <see cref="Exchange"/>.</summary>
    public bool TryExtrapolate(ReadOnlySpan<double> prices, double smoothing, double next)
    {
        _newer.CopyTo(_older, 0);
        prices.CopyTo(_newer);
        if (_stages++ > 0)
        {
            double factor = (next - smoothing) / (smoothing - _olderSmoothing);
            for (int i = 0; i < _spare.Length; i++) _spare[i] = Math.Clamp(_newer[i] + factor * (_newer[i] - _older[i]), 0, rows.Upper[i]);
        }
        _olderSmoothing = smoothing;
        return _stages > 1;
    }

    /// <summary>Swaps the given prices with the extrapolated ones.</summary>
    public void Exchange(Span<double> prices)
    {
        for (int i = 0; i < _spare.Length; i++) (prices[i], _spare[i]) = (_spare[i], prices[i]);
    }

    /// <summary>Puts the prices at the end of the last stage back.</summary>
    public void Restore(Span<double> prices) => _newer.CopyTo(prices);
}
