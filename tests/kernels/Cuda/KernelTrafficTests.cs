using Rubato.Kernels.Allocation;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Ptx;
using Xunit.Abstractions;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>
/// What decides a kernel's speed and can be counted: bytes it asks memory for, bank conflicts, instructions. Limits are what was counted,
/// with a little room, so that a change that costs something is seen.
/// </summary>
public sealed class KernelTrafficTests(ITestOutputHelper output)
{
    private const int Rows = 1024;

    /// <summary>Rows that all lose: the main loop and nothing else.</summary>
    [Theory]
    [InlineData("scan_int8", 1, 1, 128, 1, 6.1)]
    [InlineData("scan_int8", 1, 3, 128, 1, 5.5)]
    [InlineData("scan_fp16", 2, 1, 256, 2, 33.5)]
    [InlineData("scan_fp32", 4, 1, 512, 1, 29)]
    [InlineData("scan_int8_matrix", 1, 64, 128, 1, 0.42)]
    [InlineData("scan_int8_matrix", 1, 256, 128, 1, 0.34)]
    public void AScanReadsItsRowsOnceInWholeSectors(string entry, int elementBytes, int queries, int rowBytes, int queryFactor, double instructionsMax)
    {
        PtxTraffic traffic = Scan(entry, elementBytes, queries, rowBytes, queryFactor);
        int groups = entry == "scan_int8_matrix" ? (queries + 63) / 64 : queries;
        double read = traffic.Sites.Where(site => !site.Shared).Sum(site => 32.0 * site.Steps) / Rows / groups, instructions = (double)traffic.Instructions / Rows / queries;
        output.WriteLine($"{entry}, {queries} queries: {read:0.0} bytes and {instructions:0.00} warp instructions a row");
        foreach (PtxTraffic.Site site in traffic.Sites.Where(site => site.Instruction.Opcode is "cp" or "ldmatrix" || site.Shared)) Assert.Equal(site.StepsMin, site.Steps);
        foreach (PtxTraffic.Site site in traffic.Of("ld.global.nc.v4").Take(4)) Assert.Equal(site.StepsMin, site.Steps); // the rows; weights come from the first-level cache
        Assert.InRange(instructions, 0, instructionsMax);
        Assert.DoesNotContain("div.s64", EmbeddedKernels.Own().Ptx(entry));
        Assert.DoesNotContain("rem.s64", EmbeddedKernels.Own().Ptx(entry));
    }

    /// <summary>What a tile of 128 rows costs where tile follows tile: a part of 16 tiles less one of 8.</summary>
    [Theory]
    [InlineData(64, 128, 16.1, 294)]
    [InlineData(256, 128, 16.1, 294)]
    [InlineData(64, 256, 32.1, 432)]
    [InlineData(64, 512, 96.1, 794)]
    public void ATileOfManyQueriesIsReadOnceForAGroup(int queries, int rowBytes, double kilobytesMax, double instructionsMax)
    {
        const string Entry = "scan_int8_matrix";
        PtxTraffic few = Scan(Entry, 1, queries, rowBytes, 1, 8 * 128, onePart: true), many = Scan(Entry, 1, queries, rowBytes, 1, 16 * 128, onePart: true);
        double groups = (queries + 63) / 64, tiles = 8 * groups, kilobytes = (Bytes(many) - Bytes(few)) / tiles / 1024, instructions = (many.Instructions - few.Instructions) / tiles / 8;
        output.WriteLine($"{Entry}, {queries} queries, rows of {rowBytes}: {kilobytes:0.00} KB and {instructions:0.0} instructions a warp for a tile");
        Assert.InRange(kilobytes, 0, kilobytesMax);
        Assert.InRange(instructions, 0, instructionsMax);

        static double Bytes(PtxTraffic traffic) => traffic.Sites.Where(site => !site.Shared).Sum(site => 32.0 * site.Steps);
    }

    /// <summary>A load that is waited for where it is used would stop a warp once a tile, so it stands before the products and its use behind them.</summary>
    [Fact]
    public void BoundsOfRowsAreAskedForBeforeTheProductsAndUsedBehindThem()
    {
        PtxTraffic traffic = Scan("scan_int8_matrix", 1, 64, 128, 1, 4 * 128, onePart: true);
        int[] asked = Orders("ld.global.nc.f32"), loaded = Orders("ldmatrix"), kept = Orders("st.shared.f32");
        Assert.Equal((3, 3), (asked.Length, kept.Length)); // for the first two tiles, and in the loop for those behind them
        Assert.InRange(asked[2], kept[1] + 1, loaded[0] - 1);
        Assert.InRange(kept[2], loaded[^1] + 1, int.MaxValue);
        Assert.DoesNotContain(Orders("ld.global.f32"), order => order > asked[2]); // sums that lose ask for nothing

        int[] Orders(string name) => [.. traffic.Of(name).Select(site => site.Order).Order()];
    }

    [Theory, InlineData(1300, 1000), InlineData(4096, 1350)]
    public void RaisingABarReadsTheHitsTwice(int hitCount, int instructionsMax)
    {
        var random = new Random(3);
        var device = new PtxDevice { Traffic = [] };
        using DeviceBuffer lanes = DeviceBuffer.Of<QueryLane>(device, [new() { Scale = 1, Margin = 1 }]), bars = DeviceBuffer.Of<float>(device, [float.NegativeInfinity]),
            hits = DeviceBuffer.Of<ulong>(device, [.. Enumerable.Range(0, hitCount).Select(row => Rubato.Kernels.Selection.RankKey.Of(random.NextSingle(), row))]),
            counts = DeviceBuffer.Of<int>(device, [hitCount]), status = DeviceBuffer.Of<int>(device, [0]);
        device.Launch("raise_bar", 1, 1, new RaiseBarParameters
        {
            Lanes = lanes.Address, Bars = bars.Address, Hits = hits.Address, HitCounts = counts.Address, Status = status.Address, K = 100, Capacity = hitCount,
        });
        PtxTraffic traffic = device.Traffic["raise_bar"];
        long keys = traffic.Of("ld.global.b64").Sum(site => site.Steps);
        output.WriteLine($"raise_bar, {hitCount} hits: {traffic.Instructions / 32.0:0} instructions a warp, {keys} sectors of hits");
        Assert.InRange(keys, 2 * hitCount * 8 / 32, 2 * (hitCount * 8 / 32 + 64)); // past the end each warp reads the last hit
        Assert.InRange(traffic.Instructions / 32.0, 0, instructionsMax);
        foreach (PtxTraffic.Site site in traffic.Of("ld.shared")) Assert.Equal(site.StepsMin, site.Steps);
    }

    /// <summary>The last is the problem on which <c>doctor --gpu</c> times the pass.</summary>
    [Theory]
    [InlineData(32, 1, 1, 76, 13)]
    [InlineData(32, 3, 3, 105, 16)]
    [InlineData(20, 1, 3, 106, 16)]
    public void TheAllocationPassReadsEachEdgeOnce(int degree, int slotsMin, int slotsMax, int instructionsMax, double bytesMax)
    {
        const int Listeners = 1280, Campaigns = 64;
        var random = new Random(slotsMax);
        var columns = new EdgeColumns
        {
            Starts = [.. Enumerable.Range(0, Listeners + 1).Select(listener => (long)listener * degree)],
            Campaigns = [.. Enumerable.Range(0, Listeners * degree).Select(edge => edge % degree * 2)], Values = Vector(), Spends = Vector(), Margins = [],
            Slots = [.. Enumerable.Range(0, Listeners).Select(_ => random.Next(slotsMin, slotsMax + 1))], Cohorts = [],
        };
        EdgeSlices edges = EdgeSlicesBuilder.Build(columns, new CampaignGate[Campaigns], cohortCount: 0, threads: 1);
        var prices = new OraclePrices(Campaigns, 0) { Smoothing = 0.05 };
        for (int j = 0; j < Campaigns; j++) prices.Budget[j] = 0.5 + 0.5 * random.NextDouble();
        prices.Round();
        var device = new PtxDevice { Traffic = [] };
        using var oracle = new DeviceOracle(device, edges, blocksMax: 2);
        oracle.Evaluate(prices, 0, edges.SliceCount, new OracleSums(edges, curvature: null));
        PtxTraffic traffic = device.Traffic["oracle"];
        double streamed = traffic.Of("ld.global.nc.L1::no_allocate").Sum(site => 32.0 * site.Steps) / edges.EdgeCount;
        double instructions = (double)traffic.Instructions / edges.EdgeCount * 32;
        output.WriteLine($"oracle, {degree} edges, {slotsMin} to {slotsMax} slots: {streamed:0.0} bytes and {instructions:0} instructions an edge");
        foreach (PtxTraffic.Site site in traffic.Sites.Where(site => site.Shared)) Assert.Equal(site.StepsMin, site.Steps);
        Assert.InRange(instructions, 0, instructionsMax);
        Assert.InRange(streamed, 10, bytesMax); // a chosen edge is read again, by whoever chose it, for its campaign and its spend

        float[] Vector() => [.. Enumerable.Range(0, Listeners * degree).Select(_ => random.NextSingle())];
    }

    private static PtxTraffic Scan(string entry, int elementBytes, int queries, int rowBytes, int queryFactor, int rowCount = Rows, bool onePart = false)
    {
        var device = new PtxDevice { Traffic = [] };
        float[] bars = new float[queries];
        Array.Fill(bars, float.PositiveInfinity);
        var lanes = new QueryLane[queries];
        Array.Fill(lanes, new QueryLane { Scale = 1, Margin = 1 });
        using DeviceBuffer rows = DeviceBuffer.Of<byte>(device, new byte[rowCount * rowBytes]), blocks = DeviceBuffer.Of<QuantisedBlock>(device, new QuantisedBlock[rowCount / 16]),
            asked = DeviceBuffer.Of<byte>(device, new byte[queries * rowBytes * queryFactor]), described = DeviceBuffer.Of<QueryLane>(device, lanes),
            barBuffer = DeviceBuffer.Of<float>(device, bars), hits = new(device, 8), counts = DeviceBuffer.Of<int>(device, new int[queries]);
        ScanShape shape = Array.Find([ScanShape.Int8, ScanShape.Int8Matrix, ScanShape.Half, ScanShape.Single], shape => shape.Entry == entry);
        (int x, int y) = shape.Grid(onePart ? shape.TileRows : rowCount, queries, multiprocessors: 1);
        device.Launch(entry, x, y, new ScanParameters
        {
            Rows = rows.Address, Blocks = elementBytes == 4 ? 0 : blocks.Address, Queries = asked.Address, Lanes = described.Address, Bars = barBuffer.Address,
            Hits = hits.Address, HitCounts = counts.Address, RowBytes = rowBytes, EndRow = rowCount, QueryCount = queries, Capacity = 1,
        });
        int[] found = new int[queries];
        counts.Download<int>(found);
        Assert.All(found, count => Assert.Equal(0, count));
        return device.Traffic[entry];
    }
}
