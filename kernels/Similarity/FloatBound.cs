namespace Rubato.Kernels.Similarity;

/// <summary>How far an fp32 dot product can lie from the score of the definition; derived in README.md.</summary>
internal readonly struct FloatBound
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>Roundings outside the dot product: that of the score itself, its double sum, and three in the bookkeeping of bounds and bars.</summary>
    private const int OtherRoundings = 8;

    /// <summary>Partial sums stay below this times 1 + γ, so that no fp32 operation overflows.</summary>
    private const double MagnitudeMax = 1.5e37;

    /// <param name="query">[dimension], finite</param>
    /// <param name="normMax">upper bound of the rows' norms</param>
    /// <param name="depth">roundings on the longest path from a product to the sum</param>
    public FloatBound(ReadOnlySpan<float> query, float normMax, int depth)
    {
        double sum = 0;
        foreach (float value in query)
            sum += (double)value * value;
        double magnitude = Math.Sqrt(sum) * normMax;
        InRange = magnitude < MagnitudeMax;
        double underflow = 2.0 * (query.Length + 1) * float.Epsilon;
        double error = 1.01 * magnitude * (depth + OtherRoundings) * UnitRoundoff + underflow;
        Error = InRange ? MathF.BitIncrement((float)error) : float.PositiveInfinity;
    }

    /// <summary>Whether no operation can overflow; otherwise the bound does not hold.</summary>
    public bool InRange { get; }

    /// <summary>|fp32 sum − score| ≤ Error, with room for the roundings of sum ± Error and bar − Error.</summary>
    public float Error { get; }
}
