namespace Rubato;

/// <summary>The answer of a solve.</summary>
public sealed record AllocationSolution
{
    /// <summary>Prices for serving; the certificate's bound is taken at them.</summary>
    public required AllocationPrices Prices { get; init; }

    /// <summary>[edges] x, 0 to 1, feasible.</summary>
    public required float[] Allocation { get; init; }

    /// <summary>How good the allocation is.</summary>
    public required AllocationCertificate Certificate { get; init; }

    /// <summary>Whether the wanted gap was reached.</summary>
    public required bool Reached { get; init; }

    /// <summary>Passes over the edges; a pass over a part of the listeners counts as that part.</summary>
    public required double Passes { get; init; }

    /// <summary>Name of the oracle variant.</summary>
    public required string KernelName { get; init; }

    /// <summary>Where the time went.</summary>
    public required AllocationSeconds Seconds { get; init; }

    /// <summary>Progress after every step, for the plot of gap over passes.</summary>
    public required IReadOnlyList<AllocationProgress> History { get; init; }
}
