namespace Rubato.Tests;

public class LogisticTests
{
    [Theory, InlineData(1), InlineData(20_260_801)]
    public void AgreesWithThePlatformsExponential(int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, 80_000).Select(i => (random.NextSingle() - 0.5f) * MathF.Pow(10, i % 5))];
        var results = new double[values.Length];
        Logistic.Apply(values, 0.7, -0.3, results);
        for (int i = 0; i < values.Length; i++)
        {
            double argument = Math.Clamp((0.7 * values[i]) - 0.3, -700, 700), expected = 1 / (1 + Math.Exp(-argument));
            Assert.True(Math.Abs(results[i] - expected) <= 1e-15 * expected, $"σ({argument}) = {results[i]:R} (expected {expected:R})");
        }
    }

    [Fact]
    public void GrowsWithItsArgumentAndStaysWithinZeroAndOne()
    {
        float[] values = [float.NegativeInfinity, float.MinValue, -1e-30f, -0f, 0f, 1e-30f, float.MaxValue, float.PositiveInfinity];
        var results = new double[values.Length];
        Logistic.Apply(values, 1e6, 0, results);
        Assert.Equal(0.5, results[3]);
        Assert.Equal(1, results[^1]);
        Assert.InRange(results[0], double.Epsilon, 1e-300);
        for (int i = 1; i < results.Length; i++) Assert.True(results[i] >= results[i - 1]);
    }

    [Fact]
    public void EveryPlaceOfAColumnIsComputedAlike()
    {
        float[] values = [.. Enumerable.Repeat(0.625f, 24)];
        var results = new double[values.Length];
        Logistic.Apply(values, 3, 1, results);
        Assert.All(results, result => Assert.Equal(results[0], result));
        Assert.Throws<ArgumentException>(() => Logistic.Apply(values.AsSpan(0, 7), 1, 0, results.AsSpan(0, 7)));
    }
}
