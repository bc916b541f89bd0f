using System.Runtime.InteropServices;

namespace Rubato.Kernels.Allocation;

/// <summary>
/// A piece of a list of fractional edges. Each listener is an entry that tells its number of edges and its cohort, followed by an entry per edge.
/// </summary>
internal sealed class FractionalChunk(int capacity, bool floors)
{
    /// <summary>Entries in use.</summary>
    public int Count { get; set; }

    /// <summary>[capacity] campaign of an edge; of a listener, its edges less 1.</summary>
    public ushort[] Campaigns { get; } = new ushort[capacity];

    /// <summary>[capacity] spend of an edge; of a listener, the cohort as bits, inverted where the slots are used up.</summary>
    public float[] Spends { get; } = new float[capacity];

    /// <summary>[capacity] margin of an edge; empty without floors.</summary>
    public float[] Margins { get; } = new float[floors ? capacity : 0];

    /// <summary>Entries that are left.</summary>
    public int Free => Campaigns.Length - Count;

    /// <summary>The spends as bits.</summary>
    public Span<int> Bits => MemoryMarshal.Cast<float, int>(Spends.AsSpan());
}
