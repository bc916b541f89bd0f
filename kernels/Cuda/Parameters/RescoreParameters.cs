using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the kernel <c>similarity_rescore</c>: survivors are scored by the definition.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RescoreParameters
{
    /// <summary>[rows, value stride] f4, 16-byte aligned.</summary>
    public long Values;

    /// <summary>[queries, query stride] f4.</summary>
    public long Queries;

    /// <summary>[queries, capacity] u8 hits of the scan; overwritten by the keys of the exact scores.</summary>
    public long Hits;

    /// <summary>[queries] i4 hits of each query.</summary>
    public long HitCounts;

    /// <summary>Values per row, without padding.</summary>
    public int Dimension;

    /// <summary>Values from row to row, a multiple of 4.</summary>
    public int ValueStride;

    /// <summary>Values from query to query.</summary>
    public int QueryStride;

    /// <summary>Room for hits per query.</summary>
    public int Capacity;
}
