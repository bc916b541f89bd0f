using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary><c>scan_fp32</c>: eight threads to a row of fp32 values, 16 bytes a load; one query at a time.</summary>
internal static class ScanSingle
{
    public const int BlockThreads = 256;
    private const int RowThreads = 8, TileRows = BlockThreads / RowThreads;

    public static void Kernel(ScanParameters p)
    {
        int part = Group.IdxX % RowThreads, rowOfTile = Group.IdxX / RowThreads;
        long tiles = (p.EndRow - p.FirstRow + TileRows - 1) / TileRows, units = tiles * p.QueryCount;
        for (long unit = Grid.IdxX; unit < units; unit += Grid.DimX)
        {
            int query = (int)(unit % p.QueryCount), row = p.FirstRow + (int)(unit / p.QueryCount) * TileRows + rowOfTile;
            long x = p.Rows + IntrinsicMath.Min(row, p.EndRow - 1) * p.RowBytes, q = p.Queries + query * p.RowBytes;
            float sum = 0;
            for (long at = 16 * part; at < p.RowBytes; at += 16 * RowThreads)
            {
                Quad values = Device.Quad(x + at), weights = Device.Quad(q + at);
                sum += Interop.IntAsFloat(values.X) * Interop.IntAsFloat(weights.X);
                sum += Interop.IntAsFloat(values.Y) * Interop.IntAsFloat(weights.Y);
                sum += Interop.IntAsFloat(values.Z) * Interop.IntAsFloat(weights.Z);
                sum += Interop.IntAsFloat(values.W) * Interop.IntAsFloat(weights.W);
            }
            sum += Warp.ShuffleXor(sum, 1);
            sum += Warp.ShuffleXor(sum, 2);
            sum += Warp.ShuffleXor(sum, 4);
            if (part == 0) HitList.Offer(p, query, row, sum, Device.Float(p.Lanes + QueryLane.Bytes * (long)query, QueryLane.ConstantIndex));
        }
    }
}
