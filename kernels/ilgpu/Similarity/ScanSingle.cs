using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_fp32</c>: eight threads to a row of fp32 values, 16 bytes a load; four rows under way in each thread; a query to each column of
/// the grid.
/// </summary>
internal static class ScanSingle
{
    public const int BlockThreads = 256;

    public static void Kernel(ScanParameters p)
    {
        var query = new ScanQuery(p, Grid.IdxX);
        int part = FloatRows.Part();
        long q = p.Queries + Grid.IdxX * p.RowBytes;
        for (long first = p.FirstRow + (long)Grid.IdxY * FloatRows.TileRows; first < p.EndRow; first += Grid.DimY * FloatRows.TileRows)
        {
            long x0 = FloatRows.At(p, first, 0), x1 = FloatRows.At(p, first, 1), x2 = FloatRows.At(p, first, 2), x3 = FloatRows.At(p, first, 3);
            float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (long at = 16 * part; at < p.RowBytes; at += 16 * FloatRows.RowThreads)
            {
                Quad values0 = Device.Quad(x0 + at), values1 = Device.Quad(x1 + at), values2 = Device.Quad(x2 + at), values3 = Device.Quad(x3 + at);
                Quad weights = Device.Quad(q + at);
                sum0 = Dot(values0, weights, sum0);
                sum1 = Dot(values1, weights, sum1);
                sum2 = Dot(values2, weights, sum2);
                sum3 = Dot(values3, weights, sum3);
            }
            float sum = FloatRows.Sum(sum0, sum1, sum2, sum3);
            if (part < 4) query.Offer(p, RowBounds.Without(p, FloatRows.Own(first)), sum);
        }
    }

    private static float Dot(Quad values, Quad weights, float sum)
    {
        sum += Interop.IntAsFloat(values.X) * Interop.IntAsFloat(weights.X);
        sum += Interop.IntAsFloat(values.Y) * Interop.IntAsFloat(weights.Y);
        sum += Interop.IntAsFloat(values.Z) * Interop.IntAsFloat(weights.Z);
        return sum + Interop.IntAsFloat(values.W) * Interop.IntAsFloat(weights.W);
    }
}
