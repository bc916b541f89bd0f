namespace Rubato.Kernels.Allocation;

/// <summary>The edges of an allocation problem, listener by listener, as the files hold them; validated by the caller.</summary>
public sealed class EdgeColumns
{
    /// <summary>[listeners + 1] edges of listener i are Starts[i] to Starts[i + 1] − 1.</summary>
    public required long[] Starts { get; init; }

    /// <summary>[edges] campaign of each edge, ascending within a listener.</summary>
    public required int[] Campaigns { get; init; }

    /// <summary>[edges] value c, finite.</summary>
    public required float[] Values { get; init; }

    /// <summary>[edges] spend a, finite, at least 0.</summary>
    public required float[] Spends { get; init; }

    /// <summary>[edges] quality margin q, finite; empty when there are no floors.</summary>
    public required float[] Margins { get; init; }

    /// <summary>[listeners] slots k, at least 0.</summary>
    public required int[] Slots { get; init; }

    /// <summary>[listeners] cohort, −1 for none; empty when there are no floors.</summary>
    public required int[] Cohorts { get; init; }

    /// <summary>Number of listeners.</summary>
    public int ListenerCount => Slots.Length;

    /// <summary>Number of edges.</summary>
    public int EdgeCount => Campaigns.Length;
}
