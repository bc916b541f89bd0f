namespace Rubato;

/// <summary>The columns of an allocation problem, as the folder of .npy files holds them; not yet validated.</summary>
/// <remarks>Optional columns are empty where the problem has no such constraint.</remarks>
public sealed record AllocationColumns
{
    /// <summary>[listeners + 1] edges of listener i are Starts[i] to Starts[i + 1] − 1; starts at 0, never falls, ends at the number of edges.</summary>
    public required long[] Starts { get; init; }

    /// <summary>[edges] campaign of each edge, 0 to campaigns − 1, strictly ascending within a listener.</summary>
    public required int[] Campaigns { get; init; }

    /// <summary>[edges] value c of a delivery, finite, at most 10¹² in magnitude.</summary>
    public required float[] Values { get; init; }

    /// <summary>[edges] spend a of a delivery, 0 to 10¹².</summary>
    public required float[] Spends { get; init; }

    /// <summary>[edges] quality margin q, finite, at most 10¹² in magnitude; empty: no floors.</summary>
    public float[] Margins { get; init; } = [];

    /// <summary>[listeners] slots k, at least 0.</summary>
    public required int[] Slots { get; init; }

    /// <summary>[campaigns] budget B, at least 0; +∞ = none.</summary>
    public required double[] Budgets { get; init; }

    /// <summary>[campaigns] promised deliveries m, finite, at least 0; 0 = none. Empty: none.</summary>
    public double[] Promised { get; init; } = [];

    /// <summary>[campaigns] cost of a promised delivery that is missed, finite, at least 0. Empty: 10 × the largest value.</summary>
    public double[] Penalties { get; init; } = [];

    /// <summary>[campaigns] licensor of a campaign, 0 to licensors − 1. Empty: none.</summary>
    public int[] Licensors { get; init; } = [];

    /// <summary>[licensors] cap C on deliveries, at least 0; +∞ = none. Empty: none.</summary>
    public double[] Caps { get; init; } = [];

    /// <summary>[listeners] cohort of a listener, −1 = none; every number up to the largest occurs. Empty: none.</summary>
    public int[] Cohorts { get; init; } = [];
}
