using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>rescore</c>: eight threads to a survivor, one for each accumulator of the definition: thread j sums the products of coordinates j,
/// j + 8, … in double, and three shuffles add ((0+4)+(2+6)) + ((1+5)+(3+7)).
/// </summary>
internal static class Rescore
{
    public const int BlockThreads = 256;
    private const int Accumulators = 8, BlockRows = BlockThreads / Accumulators;

    public static void Kernel(RescoreParameters p)
    {
        int query = Grid.IdxY, accumulator = Group.IdxX & (Accumulators - 1);
        int count = Device.Int(p.HitCounts, query);
        long q = p.Queries + 4L * query * p.QueryStride, hits = p.Hits + 8L * query * p.Capacity;
        for (int first = Grid.IdxX * BlockRows; first < count; first += Grid.DimX * BlockRows)
        {
            int at = first + Group.IdxX / Accumulators;
            int row = RankKeys.Row(Device.ULong(hits, IntrinsicMath.Min(at, count - 1)));
            long x = p.Values + 4L * row * p.ValueStride;
            double sum = 0;
            for (int c = accumulator; c < p.Dimension; c += Accumulators)
                sum += (double)Device.Float(q, c) * Device.Float(x, c); // exact product: contracted to fma or not, the sum is the same
            sum += Warp.ShuffleXor(sum, 4);
            sum += Warp.ShuffleXor(sum, 2);
            sum += Warp.ShuffleXor(sum, 1);
            if (accumulator == 0 && at < count) Device.Store(hits, at, RankKeys.Of((float)sum, row));
        }
    }
}
