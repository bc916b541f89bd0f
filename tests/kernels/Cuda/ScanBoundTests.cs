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
        var device = new PtxDevice();
        using DeviceBuffer rowBuffer = DeviceBuffer.Of(device, rows), blockBuffer = DeviceBuffer.Of<QuantisedBlock>(device, blocks),
            queryBuffer = DeviceBuffer.Of(device, queries), laneBuffer = DeviceBuffer.Of<QueryLane>(device, lanes),
            bars = DeviceBuffer.Of<float>(device, new float[lanes.Length]), hits = new(device, 8L * rowCount * lanes.Length),
            counts = DeviceBuffer.Of<int>(device, new int[lanes.Length]);
        device.Launch(entry, 3, entry == "scan_int8_matrix" ? (lanes.Length + 63) / 64 : lanes.Length, new ScanParameters
        {
            Rows = rowBuffer.Address, Blocks = blockBuffer.Address, Queries = queryBuffer.Address, Lanes = laneBuffer.Address, Bars = bars.Address,
            Hits = hits.Address, HitCounts = counts.Address, RowBytes = rowBytes, EndRow = rowCount, QueryCount = lanes.Length, Capacity = rowCount, Dense = 1,
        });
        ulong[] keys = new ulong[rowCount * lanes.Length];
        int[] found = new int[lanes.Length];
        hits.Download<ulong>(keys);
        counts.Download<int>(found);
        Assert.All(found, count => Assert.Equal(rowCount, count));
        for (int i = 0; i < keys.Length; i++) Assert.Equal(i % rowCount, RankKey.Row(keys[i]));
        return [.. keys.Select(RankKey.Score)];
    }
}
