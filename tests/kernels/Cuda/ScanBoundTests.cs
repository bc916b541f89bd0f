using System.Runtime.InteropServices;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Ptx;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>What the scan kernels find before anything is scored again: int8 sums are exact, the others lie within their bounds.</summary>
public sealed class ScanBoundTests
{
    [Theory, InlineData("scan_int8", 1), InlineData("scan_int8_matrix", 2), InlineData("scan_int8_matrix", 3)]
    public void Int8SumsAreExact(string entry, int seed)
    {
        var random = new Random(seed);
        foreach ((int rows, int dimension, int queries) in (ReadOnlySpan<(int, int, int)>)[(1, 1, 1), (40, 64, 3), (130, 100, 65), (200, 320, 9)])
        {
            byte[] codes = new byte[QuantisedRows.Padded(rows) * QuantisedRows.Padded(dimension)];
            random.NextBytes(codes);
            sbyte[] weights = [.. Enumerable.Range(0, queries * QuantisedRows.Padded(dimension)).Select(_ => (sbyte)random.Next(-127, 128))];
            var blocks = new QuantisedBlock[QuantisedRows.Padded(rows) / QuantisedRows.BlockRows];
            Array.Fill(blocks, new(Scale: 0.5f, ErrorMax: 1, NormMax: 2));
            var lanes = new QueryLane[queries];
            for (int query = 0; query < queries; query++) lanes[query] = new() { Scale = 0.25f, FirstSum = random.Next(-100, 100), Margin = 1 };
            float[] found = Dense(entry, MemoryMarshal.AsBytes<byte>(codes), QuantisedRows.Padded(dimension), blocks, MemoryMarshal.AsBytes<sbyte>(weights), lanes, rows);
            int stride = QuantisedRows.Padded(dimension);
            for (int query = 0; query < queries; query++)
                for (int row = 0; row < rows; row++)
                {
                    int sum = lanes[query].FirstSum;
                    for (int c = 0; c < stride; c++) sum += codes[row * stride + c] * weights[query * stride + c];
                    Assert.Equal(sum * 0.125f, found[query * rows + row]);
                }
        }
    }

    /// <summary>The largest sums that there are, whatever they start with, do not wrap around.</summary>
    [Theory, InlineData("scan_int8"), InlineData("scan_int8_matrix")]
    public void TheLargestSumsAreExact(string entry)
    {
        const int Rows = 17, Dimension = ItemMatrix.DimensionMax;
        byte[] codes = new byte[32 * Dimension];
        Array.Fill(codes, byte.MaxValue);
        sbyte[] weights = [.. Enumerable.Repeat((sbyte)127, Dimension), .. Enumerable.Repeat((sbyte)-127, Dimension)];
        const int Sum = byte.MaxValue * 127 * Dimension, FirstSum = 128 * 127 * Dimension;
        QuantisedBlock[] blocks = [new(1, 0, 0), new(1, 0, 0)];
        QueryLane[] lanes = [new() { Scale = 1, Margin = 1, FirstSum = -FirstSum }, new() { Scale = 1, Margin = 1, FirstSum = FirstSum }];
        float[] scores = [Sum - FirstSum, FirstSum - Sum];
        foreach ((float low, float high) in (ReadOnlySpan<(float, float)>)[(float.NegativeInfinity, float.PositiveInfinity), (scores[0], float.BitIncrement(scores[1])), (-1e30f, 1e30f)])
        {
            (ulong[] keys, int[] counts) = Launch(entry, MemoryMarshal.AsBytes<byte>(codes), Dimension, blocks, MemoryMarshal.AsBytes<sbyte>(weights), lanes, [low, high], Rows, dense: 0);
            Assert.Equal((Rows, 0), (counts[0], counts[1]));
            Assert.All(keys[..Rows], key => Assert.Equal(scores[0], RankKey.Score(key)));
        }
        float[] found = Dense(entry, MemoryMarshal.AsBytes<byte>(codes), Dimension, blocks, MemoryMarshal.AsBytes<sbyte>(weights), lanes, Rows);
        for (int i = 0; i < found.Length; i++) Assert.Equal(scores[i / Rows], found[i]);
    }

    /// <summary>Tile follows tile in each block, every block of 16 rows has bounds of its own: nothing that belongs to another tile may be used.</summary>
    [Theory]
    [InlineData("scan_int8", 2, 100, 3), InlineData("scan_int8_matrix", 1, 64, 70), InlineData("scan_int8_matrix", 2, 128, 9), InlineData("scan_int8_matrix", 3, 192, 64)]
    [InlineData("scan_int8_matrix", 4, 256, 8), InlineData("scan_int8_matrix", 1, 320, 33), InlineData("scan_int8_matrix", 2, 448, 20)]
    public void HitsAreTheRowsWhoseBoundsReachTheBar(string entry, int seed, int dimension, int queries)
    {
        const int Rows = 900;
        var random = new Random(seed);
        int stride = QuantisedRows.Padded(dimension);
        byte[] codes = new byte[QuantisedRows.Padded(Rows) * stride];
        random.NextBytes(codes);
        sbyte[] weights = [.. Enumerable.Range(0, queries * stride).Select(_ => (sbyte)random.Next(-127, 128))];
        QuantisedBlock[] blocks = [.. Enumerable.Range(0, QuantisedRows.Padded(Rows) / QuantisedRows.BlockRows)
            .Select(_ => new QuantisedBlock(random.NextSingle() + 0.01f, random.NextSingle() * 1000, random.NextSingle() * 1000))];
        QueryLane[] lanes = [.. Enumerable.Range(0, queries).Select(_ => new QueryLane
        {
            Scale = random.NextSingle() + 0.01f, ErrorFactor = random.NextSingle(), NormFactor = random.NextSingle(), Constant = random.NextSingle(), Margin = 1, FirstSum = random.Next(-1000, 1000),
        })];
        float[] bars = new float[queries];
        var expected = new ulong[queries][];
        for (int query = 0; query < queries; query++)
        {
            QueryLane lane = lanes[query];
            float[] scores = new float[Rows], uppers = new float[Rows];
            for (int row = 0; row < Rows; row++)
            {
                int sum = lane.FirstSum;
                for (int c = 0; c < stride; c++) sum += codes[row * stride + c] * weights[query * stride + c];
                QuantisedBlock block = blocks[row / QuantisedRows.BlockRows];
                scores[row] = sum * (lane.Scale * block.Scale);
                uppers[row] = scores[row] + (lane.ErrorFactor * block.ErrorMax + lane.NormFactor * block.NormMax + lane.Constant);
            }
            bars[query] = uppers.OrderDescending().ElementAt(random.Next(1, 60));
            expected[query] = [.. Enumerable.Range(0, Rows).Where(row => uppers[row] >= bars[query]).Select(row => RankKey.Of(scores[row], row)).Order()];
        }
        (ulong[] keys, int[] counts) = Launch(entry, MemoryMarshal.AsBytes<byte>(codes), stride, blocks, MemoryMarshal.AsBytes<sbyte>(weights), lanes, bars, Rows, dense: 0);
        for (int query = 0; query < queries; query++) Assert.Equal(expected[query], keys.AsSpan(query * Rows, counts[query]).ToArray().Order());
    }

    [Theory, InlineData("uniform"), InlineData("mixed-norms"), InlineData("alternating"), InlineData("dominant"), InlineData("huge"), InlineData("denormal")]
    public void Fp16AndFp32LieWithinTheirBounds(string family)
    {
        var random = new Random(4);
        foreach (int dimension in (ReadOnlySpan<int>)[1, 5, 8, 31, 100, 256])
        {
            const int Rows = 50;
            float[] values = Vectors.Rows(family, random, Rows, dimension), query = Vectors.Rows(family, random, 1, dimension);
            var items = new ItemMatrix(values, dimension, Vectors.NormMax(values, dimension));
            var device = new PtxDevice();
            using var single = new DeviceRowsSingle(device, items);
            using var half = new DeviceRowsHalf(device, items);
            foreach (DeviceRows rows in (DeviceRows[])[single, half])
            {
                QueryLane lane = default;
                byte[] layout = new byte[rows.QueryBytes];
                Assert.True(rows.Prepare(query, ref lane, layout));
                QuantisedBlock[] blocks = new QuantisedBlock[QuantisedRows.Padded(Rows) / QuantisedRows.BlockRows];
                if (rows.Blocks != 0) device.Download(rows.Blocks, MemoryMarshal.AsBytes(blocks.AsSpan()));
                byte[] scanned = new byte[Rows * rows.RowBytes];
                device.Download(rows.ScanRows, scanned);
                float[] found = Dense(rows.Format.Shape(1).Entry, scanned, rows.RowBytes, rows.Blocks == 0 ? [] : blocks, layout, [lane], Rows);
                for (int row = 0; row < Rows; row++)
                {
                    double exact = 0;
                    for (int c = 0; c < dimension; c++) exact += (double)query[c] * values[row * dimension + c];
                    QuantisedBlock block = blocks[row / 16];
                    double error = lane.ErrorFactor * (double)block.ErrorMax + lane.NormFactor * (double)block.NormMax + lane.Constant;
                    Assert.InRange(Math.Abs(found[row] - exact), 0, error);
                }
            }
        }
    }

    /// <summary>[queries, rows] scores as the scan kernel sees them.</summary>
    private static float[] Dense(string entry, ReadOnlySpan<byte> rows, int rowBytes, QuantisedBlock[] blocks, ReadOnlySpan<byte> queries, QueryLane[] lanes, int rowCount)
    {
        (ulong[] keys, int[] counts) = Launch(entry, rows, rowBytes, blocks, queries, lanes, new float[lanes.Length], rowCount, dense: 1);
        Assert.All(counts, count => Assert.Equal(rowCount, count));
        for (int i = 0; i < keys.Length; i++) Assert.Equal(i % rowCount, RankKey.Row(keys[i]));
        return [.. keys.Select(RankKey.Score)];
    }

    /// <summary>[queries, rows] hits of each query, and how many they are; three blocks share the rows.</summary>
    private static (ulong[] Keys, int[] Counts) Launch(string entry, ReadOnlySpan<byte> rows, int rowBytes, QuantisedBlock[] blocks, ReadOnlySpan<byte> queries,
        QueryLane[] lanes, float[] bars, int rowCount, int dense)
    {
        var device = new PtxDevice();
        using DeviceBuffer rowBuffer = DeviceBuffer.Of(device, rows), blockBuffer = DeviceBuffer.Of<QuantisedBlock>(device, blocks),
            queryBuffer = DeviceBuffer.Of(device, queries), laneBuffer = DeviceBuffer.Of<QueryLane>(device, lanes),
            barBuffer = DeviceBuffer.Of<float>(device, bars), hits = DeviceBuffer.Of<ulong>(device, new ulong[rowCount * lanes.Length]),
            counts = DeviceBuffer.Of<int>(device, new int[lanes.Length]);
        device.Launch(entry, entry == "scan_int8_matrix" ? (lanes.Length + 63) / 64 : lanes.Length, 3, new ScanParameters
        {
            Rows = rowBuffer.Address, Blocks = blockBuffer.Address, Queries = queryBuffer.Address, Lanes = laneBuffer.Address, Bars = barBuffer.Address,
            Hits = hits.Address, HitCounts = counts.Address, RowBytes = rowBytes, EndRow = rowCount, QueryCount = lanes.Length, Capacity = rowCount, Dense = dense,
        });
        ulong[] keys = new ulong[rowCount * lanes.Length];
        int[] found = new int[lanes.Length];
        hits.Download<ulong>(keys);
        counts.Download<int>(found);
        return (keys, found);
    }
}
