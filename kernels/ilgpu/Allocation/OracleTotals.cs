using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary><c>oracle_totals</c>: one block adds up what the blocks of <c>oracle</c> left, in an order that never changes.</summary>
internal static class OracleTotals
{
    public const int BlockThreads = 256;

    public static void Kernel(TotalsParameters p)
    {
        ArrayView<double> shared = SharedMemory.Allocate<double>(BlockThreads / 32);
        for (int which = 0; which < 3; which++)
        {
            double sum = 0;
            for (long i = Group.IdxX; i < p.Count; i += BlockThreads) sum += Device.Double(p.Partials, 3 * i + which);
            sum = Oracle.WarpSum(sum);
            Group.Barrier(); // before the next sum overwrites what thread 0 reads
            if (Warp.LaneIdx == 0) shared[Group.IdxX / 32] = sum;
            Group.Barrier();
            if (Group.IdxX != 0) continue;
            double total = 0;
            for (int warp = 0; warp < BlockThreads / 32; warp++) total += shared[warp];
            Device.Store(p.Totals, which, total);
        }
    }
}
