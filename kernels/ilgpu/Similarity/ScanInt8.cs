using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary><c>scan_int8</c>: four threads to a row of codes, 16 bytes a load, four products an instruction; one query at a time.</summary>
internal static class ScanInt8
{
    public const int BlockThreads = 256;
    private const int RowThreads = 4, TileRows = BlockThreads / RowThreads;

    public static void Kernel(ScanParameters p)
    {
        int part = Group.IdxX % RowThreads, rowOfTile = Group.IdxX / RowThreads;
        long tiles = (p.EndRow - p.FirstRow + TileRows - 1) / TileRows, units = tiles * p.QueryCount;
        for (long unit = Grid.IdxX; unit < units; unit += Grid.DimX)
        {
            int query = (int)(unit % p.QueryCount), row = p.FirstRow + (int)(unit / p.QueryCount) * TileRows + rowOfTile;
            // Rows are padded to a multiple of 64, the tile: reads past the range stay inside the array.
            long x = p.Rows + row * p.RowBytes, q = p.Queries + query * p.RowBytes;
            int sum = 0;
            for (long at = 16 * part; at < p.RowBytes; at += 16 * RowThreads)
            {
                Quad codes = Device.Quad(x + at), weights = Device.Quad(q + at);
                sum = Dot(codes.X, weights.X, Dot(codes.Y, weights.Y, Dot(codes.Z, weights.Z, Dot(codes.W, weights.W, sum))));
            }
            sum += Warp.ShuffleXor(sum, 1);
            sum += Warp.ShuffleXor(sum, 2);
            if (part != 0) continue;
            QueryLane lane = Bound.Lane(p.Lanes, query);
            float score = (sum + lane.FirstSum) * (lane.Scale * Bound.Scale(p.Blocks, row));
            HitList.Offer(p, query, row, score, Bound.Error(p.Blocks, row, lane));
        }
    }

    /// <summary>Four unsigned codes times four signed weights, added to a sum.</summary>
    private static int Dot(uint codes, uint weights, int sum)
    {
        CudaAsm.Emit("dp4a.u32.s32 %0, %1, %2, %3;", out int result, codes, (int)weights, sum);
        return result;
    }
}
