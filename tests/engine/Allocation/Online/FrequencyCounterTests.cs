namespace Rubato.Tests;

public class FrequencyCounterTests
{
    private const int WindowSeconds = 3600;
    private static readonly long Start = new DateTime(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    [Theory, InlineData(1, 1 << 20), InlineData(2, 1 << 20), InlineData(3, 256)] // the last one is so small that everybody shares cells
    public void ItNeverCountsTooFew(int seed, int bytes)
    {
        var random = new Random(seed);
        var counter = new FrequencyCounter(WindowSeconds, bytes);
        var given = new Dictionary<(ulong, uint), List<long>>();
        long now = Start;
        for (int step = 0; step < 20_000; step++)
        {
            now += random.Next(3) == 0 ? random.Next(60) * TimeSpan.TicksPerSecond : 0;
            (ulong, uint) key = ((ulong)random.Next(1, 40), (uint)random.Next(1, 4));
            List<long> times = given.TryGetValue(key, out List<long>? known) ? known : given[key] = [];
            int inWindow = times.Count(time => time > now - WindowSeconds * TimeSpan.TicksPerSecond);
            Assert.True(counter.Count(key.Item1, key.Item2, now) >= inWindow);
            if (!counter.TryAdd(key.Item1, key.Item2, now, deliveriesMax: 5, out FrequencyTaken taken)) continue;
            Assert.True(inWindow < 5, "a sixth delivery within the window");
            if (random.Next(10) == 0) counter.Undo(taken);
            else times.Add(now);
        }
    }

    [Fact]
    public void ALonelyListenerIsCountedExactlyAndForgottenAThirdOfAWindowLaterAtMost()
    {
        var counter = new FrequencyCounter(WindowSeconds, 1 << 16);
        for (int i = 1; i <= 3; i++)
        {
            Assert.True(counter.TryAdd(7, 1, Start, 3, out _));
            Assert.Equal(i, counter.Count(7, 1, Start));
        }
        Assert.False(counter.TryAdd(7, 1, Start, 3, out _));
        Assert.Equal((0, 0), (counter.Count(7, 2, Start), counter.Count(8, 1, Start)));
        Assert.Equal(3, counter.Count(7, 1, Start + (WindowSeconds - 1) * TimeSpan.TicksPerSecond));
        Assert.Equal(0, counter.Count(7, 1, Start + WindowSeconds * 4L / 3 * TimeSpan.TicksPerSecond + TimeSpan.TicksPerSecond));
    }

    [Fact]
    public void AClockThatJumpsBackForgetsNothing()
    {
        var counter = new FrequencyCounter(WindowSeconds, 1 << 16);
        Assert.True(counter.TryAdd(7, 1, Start, 2, out _));
        Assert.True(counter.TryAdd(7, 1, Start - TimeSpan.TicksPerDay, 2, out _));
        Assert.False(counter.TryAdd(7, 1, Start - TimeSpan.TicksPerDay, 2, out _));
        Assert.Equal(2, counter.Count(7, 1, Start));
    }

    [Fact]
    public void MoreThanAThirdCanHoldIsTooMany()
    {
        var counter = new FrequencyCounter(WindowSeconds, 1 << 16);
        int given = 0;
        while (counter.TryAdd(7, 1, Start, 1000, out _)) given++;
        Assert.Equal(FrequencyCounter.ThirdMax, given);
        Assert.Equal(int.MaxValue, counter.Count(7, 1, Start));
    }

    [Theory, InlineData(5)]
    public async Task OfManyAtOnceNoMoreThanTheCapSucceed(int deliveriesMax)
    {
        var counter = new FrequencyCounter(WindowSeconds, 1 << 16);
        int given = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
                if (counter.TryAdd(7, 1, Start, deliveriesMax, out FrequencyTaken _)) Interlocked.Increment(ref given);
        })));
        Assert.InRange(given, 1, deliveriesMax);
    }
}
