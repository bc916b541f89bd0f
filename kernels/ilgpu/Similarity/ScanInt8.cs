using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_int8</c>: four threads to a row of codes, 16 bytes a load, four products an instruction; four rows under way in each thread; a
/// query to each column of the grid.
/// </summary>
internal static class ScanInt8
{
    public const int BlockThreads = 256;
    private const int RowThreads = 4, TileRows = 4 * BlockThreads / RowThreads, RoundBytes = 16 * RowThreads;

    public static void Kernel(ScanParameters p)
    {
        var query = new ScanQuery(p, Grid.IdxX);
        int part = Group.IdxX & (RowThreads - 1), place = Group.IdxX / RowThreads * 4;
        long q = p.Queries + Grid.IdxX * p.RowBytes + 16 * part, x = p.Rows + 16 * part;
        for (long first = p.FirstRow + (long)Grid.IdxY * TileRows; first < p.EndRow; first += Grid.DimY * TileRows)
        {
            // Each thread decides on one of its four rows, so that a warp decides on 32 neighbours. Their bounds are asked for before the codes, to be there after them.
            long row = first + place;
            var own = new RowBounds(p, row + part);
            long x0 = x + Offset(p, row), x1 = x + Offset(p, row + 1), x2 = x + Offset(p, row + 2), x3 = x + Offset(p, row + 3);
            int sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            long w = q;
            for (int at = 0; at < (int)p.RowBytes; at += RoundBytes)
            {
                Quad codes0 = Device.Quad(x0), codes1 = Device.Quad(x1), codes2 = Device.Quad(x2), codes3 = Device.Quad(x3);
                Quad weights = Device.Quad(w);
                x0 += RoundBytes;
                x1 += RoundBytes;
                x2 += RoundBytes;
                x3 += RoundBytes;
                w += RoundBytes;
                sum0 = Dot(codes0, weights, sum0);
                sum1 = Dot(codes1, weights, sum1);
                sum2 = Dot(codes2, weights, sum2);
                sum3 = Dot(codes3, weights, sum3);
            }
            // Sums change places while they are added, so that part i of the four threads ends with row i.
            bool odd = (part & 1) != 0, high = part >= 2;
            int low = (odd ? sum1 : sum0) + Warp.ShuffleXor(odd ? sum0 : sum1, 1), upper = (odd ? sum3 : sum2) + Warp.ShuffleXor(odd ? sum2 : sum3, 1);
            int sum = (high ? upper : low) + Warp.ShuffleXor(high ? low : upper, 2);
            query.Offer(p, own, (sum + query.FirstSum) * (query.Scale * own.Scale));
        }
    }

    /// <summary>Offset of a row; past the last row of the range that of the last.</summary>
    private static long Offset(ScanParameters p, long row) => IntrinsicMath.Min(row, p.EndRow - 1) * p.RowBytes;

    /// <summary>Sixteen unsigned codes times sixteen signed weights, added to a sum.</summary>
    private static int Dot(Quad codes, Quad weights, int sum) =>
        Dot(codes.X, weights.X, Dot(codes.Y, weights.Y, Dot(codes.Z, weights.Z, Dot(codes.W, weights.W, sum))));

    private static int Dot(uint codes, uint weights, int sum)
    {
        CudaAsm.Emit("dp4a.u32.s32 %0, %1, %2, %3;", out int result, codes, (int)weights, sum);
        return result;
    }
}
