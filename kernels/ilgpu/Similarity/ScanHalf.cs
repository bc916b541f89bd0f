using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary><c>scan_fp16</c>: eight threads to a row of halves, 16 bytes a load, fp32 queries and sums; one query at a time.</summary>
internal static class ScanHalf
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
            long x = p.Rows + IntrinsicMath.Min(row, p.EndRow - 1) * p.RowBytes, q = p.Queries + 2 * query * p.RowBytes;
            float sum = 0;
            for (long at = 16 * part; at < p.RowBytes; at += 16 * RowThreads)
            {
                Quad halves = Device.Quad(x + at), low = Device.Quad(q + 2 * at), high = Device.Quad(q + 2 * at + 16);
                sum = Pair(halves.X, low.X, low.Y, sum);
                sum = Pair(halves.Y, low.Z, low.W, sum);
                sum = Pair(halves.Z, high.X, high.Y, sum);
                sum = Pair(halves.W, high.Z, high.W, sum);
            }
            sum += Warp.ShuffleXor(sum, 1);
            sum += Warp.ShuffleXor(sum, 2);
            sum += Warp.ShuffleXor(sum, 4);
            if (part != 0) continue;
            int known = IntrinsicMath.Min(row, p.EndRow - 1);
            QueryLane lane = Bound.Lane(p.Lanes, query);
            HitList.Offer(p, query, row, sum * (lane.Scale * Bound.Scale(p.Blocks, known)), Bound.Error(p.Blocks, known, lane));
        }
    }

    /// <summary>Two halves times two fp32 weights, added to a sum.</summary>
    private static float Pair(uint halves, uint weight0, uint weight1, float sum)
    {
        CudaAsm.Emit("cvt.f32.f16 %0, %1;", out float x0, (ushort)halves);
        CudaAsm.Emit("cvt.f32.f16 %0, %1;", out float x1, (ushort)(halves >> 16));
        return sum + x0 * Interop.IntAsFloat(weight0) + x1 * Interop.IntAsFloat(weight1);
    }
}
