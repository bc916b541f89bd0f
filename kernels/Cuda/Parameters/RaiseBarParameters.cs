using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the kernel <c>raise_bar</c>: a query's bar rises to the k-th best floor of its hits, and what has lost is dropped.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RaiseBarParameters
{
    /// <summary>[padded rows ÷ 16] 3 × f4: scale, error, norm; 0 where blocks have no bounds (fp32 rows).</summary>
    public long Blocks;

    /// <summary>[queries] <see cref="QueryLane"/>.</summary>
    public long Lanes;

    /// <summary>[queries] f4, raised.</summary>
    public long Bars;

    /// <summary>[queries, capacity] u8, compacted in place.</summary>
    public long Hits;

    /// <summary>[queries] i4, lowered to what is kept.</summary>
    public long HitCounts;

    /// <summary>[queries] i4: <see cref="ScanStatus"/> bits are added.</summary>
    public long Status;

    /// <summary>Rows wanted.</summary>
    public int K;

    /// <summary>Room for hits per query.</summary>
    public int Capacity;

    /// <summary>A row whose bounds can be read; those of a hit without a row are, and not used.</summary>
    public int FirstRow;
}
