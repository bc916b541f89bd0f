using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the kernel <c>take_best</c>: the k best of a query's keys, in order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TakeBestParameters
{
    /// <summary>[queries, capacity] u8: keys of exact scores.</summary>
    public long Keys;

    /// <summary>[queries] i4 keys of each query.</summary>
    public long KeyCounts;

    /// <summary>[queries] f4: rows that were dropped score less; 0 where nothing was dropped (a merge).</summary>
    public long Bars;

    /// <summary>[queries] i4: <see cref="ScanStatus"/> bits are added.</summary>
    public long Status;

    /// <summary>[queries, k] i4, −1 past the last key.</summary>
    public long Rows;

    /// <summary>[queries, k] f4, −∞ past the last key.</summary>
    public long Scores;

    /// <summary>Rows wanted, 1 to 4096.</summary>
    public int K;

    /// <summary>Room for keys per query.</summary>
    public int Capacity;
}
