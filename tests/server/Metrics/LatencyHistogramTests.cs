using Rubato.Server;

namespace Rubato.Tests;

public sealed class LatencyHistogramTests
{
    [Theory, InlineData(1, 50), InlineData(2, 1_000_000), InlineData(3, 1L << 39)]
    public void PercentilesAreWithinABucketOfTheSortedValues(int seed, long max)
    {
        var random = new Random(seed);
        var histogram = new LatencyHistogram();
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * Math.Log(max)))];
        foreach (long value in values) histogram.Record(value);
        Array.Sort(values);

        Assert.Equal((values.Length, values.Sum(), values[^1]), (histogram.Count, histogram.SumNanoseconds, histogram.MaxNanoseconds));
        foreach (double share in new[] { 0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            long exact = values[Math.Max(1, (int)Math.Ceiling(share * values.Length)) - 1];
            Assert.InRange(histogram.Percentile(share), exact, exact + exact / 32);
        }
    }

    [Fact]
    public void CountsUpToAnEdgeGrowToTheWholeCount()
    {
        var histogram = new LatencyHistogram();
        for (long value = 1; value < 1L << 41; value *= 3) histogram.Record(value);
        long before = 0;
        for (long edge = 1; edge < 1L << 42; edge *= 2)
        {
            long count = histogram.CountUpTo(edge);
            Assert.InRange(count, before, histogram.Count);
            before = count;
        }
        Assert.Equal(histogram.Count, before);
        Assert.Equal(1, histogram.CountUpTo(2));
        Assert.Equal(2, histogram.CountUpTo(3));
    }

    [Fact]
    public void ExtremesAreKept()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(0.99));
        histogram.Record(-5);
        Assert.Equal((1, 0, 0), (histogram.Count, histogram.Percentile(1), histogram.MaxNanoseconds));
        histogram.Record(long.MaxValue / 2);
        histogram.Record(7, times: 3);
        Assert.Equal((5, long.MaxValue / 2), (histogram.Count, histogram.MaxNanoseconds));
        Assert.Equal(7, histogram.Percentile(0.8));
    }

    [Fact]
    public void RecordingFromManyThreadsLosesNothing()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 20_000; i++) histogram.Record(thread * 1000 + i);
        });
        Assert.Equal((160_000, 26_999), (histogram.Count, histogram.MaxNanoseconds));
    }
}
