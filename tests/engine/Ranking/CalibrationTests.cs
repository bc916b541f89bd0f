namespace Rubato.Tests;

/// <summary>Scores become probabilities as the formula and the table say.</summary>
public sealed class CalibrationTests
{
    [Theory, InlineData(1), InlineData(9)]
    public void PlattIsTheLogisticFunction(int seed)
    {
        var random = new Random(seed);
        for (int count = 0; count <= 20; count++)
        {
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 20)];
            double[] probabilities = new double[count];
            Calibration.Apply(Calibration.Platt(-1.5, 0.25), scores, probabilities);
            for (int i = 0; i < count; i++) Assert.Equal(1 / (1 + Math.Exp(1.5 * scores[i] - 0.25)), probabilities[i], 1e-14);
        }
    }

    [Fact]
    public void TheTableIsReadInStraightLines()
    {
        Calibration table = Calibration.Isotonic([-1, 0, 2], [0.1, 0.1, 0.9]);
        double[] probabilities = new double[8];
        Calibration.Apply(table, [-5, -1, -0.5f, 0, 1, 1.5f, 2, 1e30f], probabilities);
        double[] expected = [0.1, 0.1, 0.1, 0.1, 0.5, 0.7, 0.9, 0.9];
        for (int i = 0; i < 8; i++) Assert.Equal(expected[i], probabilities[i], 1e-12);
    }

    [Fact]
    public void WithoutOneTheScoreIsTheProbability()
    {
        double[] probabilities = new double[4];
        Calibration.Apply(null, [-1, 0.25f, 1, 7], probabilities);
        Assert.Equal([0, 0.25, 1, 1], probabilities);
    }

    [Fact]
    public void ATableThatIsNoneIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Calibration.Isotonic([], []));
        Assert.Throws<ArgumentException>(() => Calibration.Isotonic([1, 1], [0, 1]));
        Assert.Throws<ArgumentException>(() => Calibration.Isotonic([1, 2], [0.5, 0.4]));
        Assert.Throws<ArgumentException>(() => Calibration.Isotonic([1, 2], [0.5, 1.1]));
        Assert.Throws<ArgumentException>(() => Calibration.Isotonic([1, double.NaN], [0.5, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibration.Platt(double.NaN, 0));
    }
}
