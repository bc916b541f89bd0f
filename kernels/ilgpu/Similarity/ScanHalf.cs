using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_fp16</c>: eight threads to a row of halves, 16 bytes a load, fp32 queries and sums; four rows under way in each thread; a query to
/// each column of the grid.
/// </summary>
internal static class ScanHalf
{
    public const int BlockThreads = 256;

    public static void Kernel(ScanParameters p)
    {
        var query = new ScanQuery(p, Grid.IdxX);
        int part = FloatRows.Part();
        long q = p.Queries + 2 * Grid.IdxX * p.RowBytes;
        for (long first = p.FirstRow + (long)Grid.IdxY * FloatRows.TileRows; first < p.EndRow; first += Grid.DimY * FloatRows.TileRows)
        {
            var own = new RowBounds(p, FloatRows.Own(first));
            long x0 = FloatRows.At(p, first, 0), x1 = FloatRows.At(p, first, 1), x2 = FloatRows.At(p, first, 2), x3 = FloatRows.At(p, first, 3);
            float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (long at = 16 * part; at < p.RowBytes; at += 16 * FloatRows.RowThreads)
            {
                Quad halves0 = Device.Quad(x0 + at), halves1 = Device.Quad(x1 + at), halves2 = Device.Quad(x2 + at), halves3 = Device.Quad(x3 + at);
                Quad low = Device.Quad(q + 2 * at), high = Device.Quad(q + 2 * at + 16);
                sum0 = Dot(halves0, low, high, sum0);
                sum1 = Dot(halves1, low, high, sum1);
                sum2 = Dot(halves2, low, high, sum2);
                sum3 = Dot(halves3, low, high, sum3);
            }
            float sum = FloatRows.Sum(sum0, sum1, sum2, sum3);
            if (part < 4) query.Offer(p, own, sum * (query.Scale * own.Scale));
        }
    }

    private static float Dot(Quad halves, Quad low, Quad high, float sum) =>
        Pair(halves.W, high.Z, high.W, Pair(halves.Z, high.X, high.Y, Pair(halves.Y, low.Z, low.W, Pair(halves.X, low.X, low.Y, sum))));

    /// <summary>Two halves times two fp32 weights, added to a sum.</summary>
    private static float Pair(uint halves, uint weight0, uint weight1, float sum)
    {
        CudaAsm.Emit("cvt.f32.f16 %0, %1;", out float x0, (ushort)halves);
        CudaAsm.Emit("cvt.f32.f16 %0, %1;", out float x1, (ushort)(halves >> 16));
        return sum + x0 * Interop.IntAsFloat(weight0) + x1 * Interop.IntAsFloat(weight1);
    }
}
