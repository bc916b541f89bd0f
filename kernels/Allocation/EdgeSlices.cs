namespace Rubato.Kernels.Allocation;

/// <summary>
/// The edges of an allocation problem as the oracle reads them: slices of 16 listeners, stored column by column and padded to the longest
/// listener of the slice, so that one register holds the same edge position of several listeners.
/// </summary>
/// <remarks>
/// Listeners are sorted by slots and degree inside windows of 4,096, which keeps the padding below one per cent and a prefix of the slices
/// a prefix of the listeners. Listeners without slots or eligible edges are left out: they can receive nothing.
/// Ten bytes per edge, fourteen with margins. Built by <see cref="EdgeSlicesBuilder"/>.
/// </remarks>
public sealed class EdgeSlices
{
    /// <summary>Listeners per slice.</summary>
    public const int Height = 16;

    /// <summary>The value of a padding edge: its reduced value is so low that it is never chosen, and finite so that 0 times it is 0.</summary>
    public const float PaddingValue = -1e30f;

    /// <summary>Most campaigns of a problem: campaign numbers are stored in 16 bits.</summary>
    public const int CampaignsMax = 65_536;

    /// <summary>Campaigns of the problem, 1 to <see cref="CampaignsMax"/>.</summary>
    public required int CampaignCount { get; init; }

    /// <summary>Cohorts of the problem; 0 when there are no floors.</summary>
    public required int CohortCount { get; init; }

    /// <summary>Listeners of the problem that lie in a slice.</summary>
    public required int ListenerCount { get; init; }

    /// <summary>Edges without the padding.</summary>
    public required long EdgeCount { get; init; }

    /// <summary>[slices + 1] element at which a slice starts, a multiple of 16.</summary>
    public required int[] Starts { get; init; }

    /// <summary>[elements] campaign of each edge; 0 for padding.</summary>
    public required ushort[] Campaigns { get; init; }

    /// <summary>[elements] value c; <see cref="PaddingValue"/> for padding.</summary>
    public required float[] Values { get; init; }

    /// <summary>[elements] spend a; 0 for padding.</summary>
    public required float[] Spends { get; init; }

    /// <summary>[elements] quality margin q; empty when there are no floors.</summary>
    public required float[] Margins { get; init; }

    /// <summary>[slices × 16] slots k of each lane, at least 1 (also for an unused lane, which has only padding).</summary>
    public required int[] Slots { get; init; }

    /// <summary>[slices × 16] cohort of each lane; CohortCount for a listener without one. Empty when there are no floors.</summary>
    public required int[] Cohorts { get; init; }

    /// <summary>[slices + 1] listeners that lie in the slices before this one.</summary>
    public required int[] ListenersBefore { get; init; }

    /// <summary>Columns of the longest slice.</summary>
    public required int WidthMax { get; init; }

    /// <summary>Number of slices.</summary>
    public int SliceCount => Starts.Length - 1;
}
