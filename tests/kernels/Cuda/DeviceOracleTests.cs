using Rubato.Kernels.Allocation;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Ptx;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The allocation pass of a device, its kernels run by the PTX interpreter.</summary>
public sealed class DeviceOracleTests
{
    [Theory, InlineData(1, 1), InlineData(2, 3), InlineData(3, 9), InlineData(20_260_801, 5)]
    public void MatchesTheReference(int seed, int slotsMax)
    {
        foreach (bool rich in (bool[])[false, true])
            foreach (double smoothing in (double[])[1, 0.1, 0.01])
                foreach (int listeners in (int[])[1, 17, 150])
                {
                    (EdgeSlices edges, OraclePrices prices) = Problem(seed, listeners, rich, slotsMax, smoothing);
                    Matches(edges, prices);
                }
    }

    /// <summary>More candidates than there is room for in shared memory, with much smoothing all of them.</summary>
    [Theory, InlineData(1, 1), InlineData(2, 3), InlineData(3, 9)]
    public void LongListsMatchTheReference(int seed, int slotsMax)
    {
        foreach (double smoothing in (double[])[10, 0.1, 1e-6])
        {
            (EdgeSlices edges, OraclePrices prices) = Problem(seed, listeners: 40, rich: true, slotsMax, smoothing, campaigns: 90);
            Assert.InRange(edges.WidthMax, 60, 90);
            Matches(edges, prices);
        }
    }

    /// <summary>Equal values, and values that differ by less than their keys do (2⁻²⁰ of them), around 0, γ and each other.</summary>
    [Theory, InlineData(1, 1), InlineData(2, 2), InlineData(3, 3), InlineData(4, 4)]
    public void ValuesThatHardlyDifferMatchTheReference(int seed, int slotsMax)
    {
        var random = new Random(seed);
        EdgeColumns columns = RandomSlices.Columns(seed, listeners: 300, campaigns: 20, floors: false, slotsMax);
        float[] levels = [-1, -0f, 0, float.Epsilon, 1e-30f, 0.05f, 0.1f, 0.5f];
        for (int e = 0; e < columns.Values.Length; e++)
        {
            float value = levels[random.Next(levels.Length)];
            for (int ulp = random.Next(4); ulp > 0; ulp--) value = float.BitIncrement(value);
            columns.Values[e] = value;
        }
        EdgeSlices edges = RandomSlices.Slices(columns, 20);
        foreach (double smoothing in (double[])[0.05f, 1, 1e-9]) Matches(edges, new OraclePrices(20, 0) { Smoothing = smoothing });
    }

    [Theory, InlineData(1), InlineData(2)]
    public void FewBlocksTakeManySlices(int seed)
    {
        (EdgeSlices edges, OraclePrices prices) = Problem(seed, 600, rich: true, slotsMax: 3, smoothing: 0.1);
        OracleSums expected = OnDevice(edges, prices, 0, edges.SliceCount), actual = OnDevice(edges, prices, 0, edges.SliceCount, blocksMax: 2);
        Assert.Equal(expected.Campaign, actual.Campaign); // integers
        Close([expected.Bound, expected.Linear, expected.Square], [actual.Bound, actual.Linear, actual.Square]);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void RangesAddUpToTheWhole(int seed)
    {
        (EdgeSlices edges, OraclePrices prices) = Problem(seed, 600, rich: true, slotsMax: 3, smoothing: 0.1);
        OracleSums whole = OnDevice(edges, prices, 0, edges.SliceCount), parts = OnDevice(edges, prices, 0, 3);
        parts.Add(OnDevice(edges, prices, 3, 3));
        parts.Add(OnDevice(edges, prices, 3, edges.SliceCount));
        Close(whole.Campaign, parts.Campaign);
        Close([whole.Bound, whole.Linear, whole.Square], [parts.Bound, parts.Linear, parts.Square]);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void TheOrderOfBlocksDoesNotShow(int seed)
    {
        (EdgeSlices edges, OraclePrices prices) = Problem(seed, 600, rich: true, slotsMax: 3, smoothing: 0.1);
        OracleSums forwards = OnDevice(edges, prices, 0, edges.SliceCount), backwards = OnDevice(edges, prices, 0, edges.SliceCount, backwards: true);
        Assert.Equal(forwards.Campaign, backwards.Campaign); // to the bit
        Assert.Equal(forwards.Quality, backwards.Quality);
        Assert.Equal((forwards.Bound, forwards.Linear, forwards.Square), (backwards.Bound, backwards.Linear, backwards.Square));
    }

    [Fact]
    public void WhatTheDevicePassCannotDoIsRefused()
    {
        (EdgeSlices edges, OraclePrices prices) = Problem(1, 40, rich: false, slotsMax: 1, smoothing: 1);
        using var oracle = new DeviceOracle(new PtxDevice(), edges);
        var sums = new OracleSums(edges, new DenseCurvature(RandomSlices.Rows(20, edges.CohortCount), edges.WidthMax));
        sums.Clear(withCurvature: true);
        Assert.Throws<NotSupportedException>(() => oracle.Evaluate(prices, 0, 1, sums));
        Assert.Throws<ArgumentOutOfRangeException>(() => oracle.Evaluate(prices, 0, edges.SliceCount + 1, sums));
    }

    private static (EdgeSlices, OraclePrices) Problem(int seed, int listeners, bool rich, int slotsMax, double smoothing, int campaigns = 20)
    {
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, listeners, campaigns, rich, slotsMax), campaigns);
        return (edges, RandomSlices.Prices(seed, campaigns, edges.CohortCount, rich, smoothing));
    }

    private static void Matches(EdgeSlices edges, OraclePrices prices)
    {
        var expected = new OracleSums(edges, curvature: null);
        new OracleScalar().Evaluate(edges, prices, 0, edges.SliceCount, expected);
        OracleSums actual = OnDevice(edges, prices, 0, edges.SliceCount);
        double tolerance = Math.Max(1e-11, 1e-15 / prices.Smoothing); // of values of 1, x = (r − τ)/γ has lost so much
        Close(expected.Campaign, actual.Campaign, tolerance);
        Close(expected.Quality, actual.Quality, tolerance);
        Close([expected.Bound, expected.Linear, expected.Square], [actual.Bound, actual.Linear, actual.Square], tolerance);
    }

    private static OracleSums OnDevice(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, bool backwards = false, int blocksMax = 8_192)
    {
        var sums = new OracleSums(edges, curvature: null);
        using var oracle = new DeviceOracle(new PtxDevice(backwards), edges, blocksMax);
        oracle.Evaluate(prices, firstSlice, endSlice, sums);
        return sums;
    }

    private static void Close(double[] expected, double[] actual, double tolerance = 1e-11)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance * (1 + Math.Abs(expected[i])));
    }
}
