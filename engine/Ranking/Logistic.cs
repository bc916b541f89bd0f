using System.Runtime.Intrinsics;

namespace Rubato;

/// <summary>σ(t) = 1 / (1 + e^−t) over whole columns, in double.</summary>
/// <remarks>
/// An own exponential instead of the platform's, for two reasons: it runs four lanes at a time, and it uses nothing but additions,
/// multiplications and one division, each rounded by IEEE 754, without fused operations. So every machine computes the same bits.
/// Within 4 units in the last place of the true value.
/// </remarks>
internal static class Logistic
{
    /// <summary>Elements that one step takes; columns are padded to a multiple.</summary>
    public const int Width = 8;

    /// <summary>The next multiple of <see cref="Width"/>.</summary>
    public static int Padded(int count) => (count + Width - 1) / Width * Width;

    private const double ArgumentMax = 700; // e^700 is finite; beyond, σ differs from 0 or 1 by less than 1e-304
    private const double Log2E = 1.442695040888963407359924681;
    // ln 2 in two parts; the high one has 21 trailing zero bits, so that its product with an exponent is exact.
    private const double Ln2High = 0.69314718036912381649, Ln2Low = 1.90821492927058770002e-10;
    private const double RoundMagic = 6755399441055744; // 1.5 · 2^52: adding it rounds to an integer held in the low mantissa bits

    /// <summary>results[i] = σ(slope · values[i] + offset).</summary>
    /// <param name="values">[a multiple of <see cref="Width"/>], not NaN</param>
    /// <param name="slope">finite, above 0</param> <param name="offset">finite</param>
    /// <param name="results">as long as values, overwritten</param>
    public static void Apply(ReadOnlySpan<float> values, double slope, double offset, Span<double> results)
    {
        if (values.Length % Width != 0 || results.Length != values.Length)
            throw new ArgumentException($"{values.Length} values, {results.Length} results: expected the same multiple of {Width}");
        Vector256<double> slopes = Vector256.Create(slope), offsets = Vector256.Create(offset);
        for (int i = 0; i < values.Length; i += Width)
        {
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.Create(values.Slice(i, Width)));
            Sigmoid((lower * slopes) + offsets).CopyTo(results.Slice(i, 4));
            Sigmoid((upper * slopes) + offsets).CopyTo(results.Slice(i + 4, 4));
        }
    }

    private static Vector256<double> Sigmoid(Vector256<double> t)
    {
        Vector256<double> limit = Vector256.Create(ArgumentMax);
        return Vector256<double>.One / (Vector256<double>.One + Exp(-Vector256.Max(Vector256.Min(t, limit), -limit)));
    }

    /// <summary>e^x = 2^n · e^r with n = round(x / ln 2); e^r by its series, whose rest from r^14/14! on is below 5e-18 for |r| ≤ ln2/2.</summary>
    private static Vector256<double> Exp(Vector256<double> x)
    {
        Vector256<double> magic = Vector256.Create(RoundMagic);
        Vector256<double> shifted = (x * Log2E) + magic, n = shifted - magic;
        Vector256<double> r = x - (n * Ln2High) - (n * Ln2Low);
        Vector256<double> sum = (Vector256.Create(1.0 / 6227020800) * r) + Vector256.Create(1.0 / 479001600); // 1/13!, 1/12!
        sum = (sum * r) + Vector256.Create(1.0 / 39916800);
        sum = (sum * r) + Vector256.Create(1.0 / 3628800);
        sum = (sum * r) + Vector256.Create(1.0 / 362880);
        sum = (sum * r) + Vector256.Create(1.0 / 40320);
        sum = (sum * r) + Vector256.Create(1.0 / 5040);
        sum = (sum * r) + Vector256.Create(1.0 / 720);
        sum = (sum * r) + Vector256.Create(1.0 / 120);
        sum = (sum * r) + Vector256.Create(1.0 / 24);
        sum = (sum * r) + Vector256.Create(1.0 / 6);
        sum = (sum * r) + Vector256.Create(0.5);
        sum = (sum * r) + Vector256<double>.One;
        sum = (sum * r) + Vector256<double>.One;
        // The low bits of shifted are n in two's complement; moved to the exponent and added to that of 1.0 they make 2^n, |n| ≤ 1010.
        Vector256<long> power = Vector256.ShiftLeft(shifted.AsInt64(), 52) + Vector256<double>.One.AsInt64();
        return sum * power.AsDouble();
    }
}
