using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary><c>oracle_totals</c>: one block adds up what the blocks of <c>oracle</c> left, in an order that never changes.</summary>
internal static class OracleTotals
{
    public const int BlockThreads = 1024;

    private const int Warps = BlockThreads / 32;

    public static void Kernel(TotalsParameters p)
    {
        ArrayView<double> shared = SharedMemory.Allocate<double>(3 * Warps);
        double bound = 0, linear = 0, square = 0;
        for (int i = Group.IdxX; i < p.Count; i += BlockThreads)
        {
            bound += Device.Double(p.Partials, 3L * i);
            linear += Device.Double(p.Partials, 3L * i + 1);
            square += Device.Double(p.Partials, 3L * i + 2);
        }
        bound = Oracle.WarpSum(bound);
        linear = Oracle.WarpSum(linear);
        square = Oracle.WarpSum(square);
        int warp = Group.IdxX / 32;
        if (Warp.LaneIdx == 0)
        {
            shared[warp] = bound;
            shared[Warps + warp] = linear;
            shared[2 * Warps + warp] = square;
        }
        Group.Barrier();
        if (warp >= 3) return;
        double sum = Oracle.WarpSum(shared[Group.IdxX]);
        if (Warp.LaneIdx == 0) Device.Store(p.Totals, warp, sum);
    }
}
