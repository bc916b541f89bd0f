namespace Rubato.Tests;

public sealed class SpendCurveTests
{
    private static readonly DateTime Monday = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory, InlineData(1), InlineData(2)]
    public void MassIsTheSumOfTheWeightsOfTheHours(int seed)
    {
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(0, 168).Select(_ => random.NextDouble())];
        var curve = new SpendCurve(weights);
        for (int round = 0; round < 200; round++)
        {
            DateTime from = Monday.AddMinutes(random.Next(60_000)), until = from.AddMinutes(random.Next(30_000));
            double expected = 0;
            for (DateTime minute = from; minute < until; minute = minute.AddMinutes(1))
                expected += weights[(24 * (((int)minute.DayOfWeek + 6) % 7)) + minute.Hour] / 60;
            Assert.Equal(expected, curve.Mass(from, until), 1e-9 * Math.Max(1, expected));
        }
    }

    [Fact]
    public void AnEvenCurvePassesWithTime()
    {
        DateTime end = Monday.AddDays(10);
        Assert.Equal([0, 0, 0.25, 1, 1], new[] { -1, 0, 2.5, 10, 11 }.Select(day => SpendCurve.Even.Passed(Monday, end, Monday.AddDays(day))));
    }

    [Fact]
    public void AYearPassesWithoutEverGoingBack()
    {
        var curve = new SpendCurve([.. Enumerable.Range(0, 168).Select(hour => hour % 24 < 6 ? 0.0 : hour)]);
        double last = 0;
        for (DateTime now = Monday; now < Monday.AddDays(365); now = now.AddMinutes(37))
        {
            double passed = curve.Passed(Monday, Monday.AddDays(365), now);
            Assert.InRange(passed, last, 1);
            last = passed;
        }
    }

    [Fact]
    public void WeightsThatCannotBeAreRefused()
    {
        Assert.Throws<ArgumentException>("weights", () => new SpendCurve(new double[167]));
        Assert.Throws<ArgumentException>("weights", () => new SpendCurve(new double[168]));
        foreach (double bad in new[] { -1, double.NaN, double.PositiveInfinity, 2e6 })
            Assert.Throws<ArgumentException>("weights", () => new SpendCurve([bad, .. new double[167]]));
    }
}
