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
                    var expected = new OracleSums(edges, curvature: null);
                    new OracleScalar().Evaluate(edges, prices, 0, edges.SliceCount, expected);
                    OracleSums actual = OnDevice(edges, prices, 0, edges.SliceCount);
                    Close(expected.Campaign, actual.Campaign);
                    Close(expected.Quality, actual.Quality);
                    Close([expected.Bound, expected.Linear, expected.Square], [actual.Bound, actual.Linear, actual.Square]);
                }
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

    private static (EdgeSlices, OraclePrices) Problem(int seed, int listeners, bool rich, int slotsMax, double smoothing)
    {
        const int Campaigns = 20;
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, listeners, Campaigns, rich, slotsMax), Campaigns);
        return (edges, RandomSlices.Prices(seed, Campaigns, edges.CohortCount, rich, smoothing));
    }

    private static OracleSums OnDevice(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, bool backwards = false)
    {
        var sums = new OracleSums(edges, curvature: null);
        using var oracle = new DeviceOracle(new PtxDevice(backwards), edges);
        oracle.Evaluate(prices, firstSlice, endSlice, sums);
        return sums;
    }

    private static void Close(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-11 * (1 + Math.Abs(expected[i])));
    }
}
