namespace Rubato.Tests;

public sealed class ArrivalsTests
{
    private static readonly double[] Weights = [1, 2, 1];

    [Theory, InlineData(1), InlineData(2)]
    public void TrafficFollowsTheProfile(int seed)
    {
        var options = new SimulationOptions { RequestsPerDay = 100_000 };
        Arrivals day = Arrivals.Draw(options, Weights, seed), shocked = Arrivals.Draw(options with { ShockFactor = 3 }, Weights, seed + 1);
        Assert.Equal(day.Times.Order(), day.Times);
        Assert.InRange(day.Times[0], SimulationOptions.Start, options.End);
        Assert.True(day.Times[^1] < options.End);
        for (int hour = 0; hour < 24; hour++)
        {
            double expected = TrafficProfile.Requests(options, SimulationOptions.Start.AddHours(hour), SimulationOptions.Start.AddHours(hour + 1));
            Assert.InRange(day.Times.Count(time => time.Hour == hour), expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
            double under = hour == 12 ? 3 * expected : expected;
            Assert.InRange(shocked.Times.Count(time => time.Hour == hour), under - (5 * Math.Sqrt(under)), under + (5 * Math.Sqrt(under)));
        }
        Assert.InRange(TrafficProfile.Requests(options, SimulationOptions.Start.AddHours(17), SimulationOptions.Start.AddHours(18))
            / TrafficProfile.Requests(options, SimulationOptions.Start.AddHours(5), SimulationOptions.Start.AddHours(6)), 5, 7);
    }

    [Fact]
    public void ListenersComeByWeightAndLookAsOftenAsSaid()
    {
        Arrivals day = Arrivals.Draw(new SimulationOptions { RequestsPerDay = 100_000, ExposureProbability = 0.7 }, Weights, seed: 5);
        Assert.Equal([0.25, 0.5, 0.25], Enumerable.Range(0, 3).Select(listener => Math.Round(day.Listeners.Count(one => one == listener) / (double)day.Count, 2)));
        Assert.Equal(0.7, day.Exposed.Count(seen => seen) / (double)day.Count, 0.01);
        Assert.Equal(day.Exposed.Count(seen => seen), day.ExposedByListener(3).Sum());
        Assert.All(day.DelaySeconds, delay => Assert.InRange(delay, 1, 180));
    }
}
