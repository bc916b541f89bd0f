using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the kernel <c>oracle_totals</c>: adds up the blocks' sums, always in the same order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TotalsParameters
{
    /// <summary>[blocks, 3] f8.</summary>
    public long Partials;

    /// <summary>[3] f8, overwritten.</summary>
    public long Totals;

    /// <summary>Blocks.</summary>
    public int Count;
}
