namespace Rubato.Kernels.Allocation;

/// <summary>One pass over the edges: prices in; dual value, gradient and second derivatives out.</summary>
/// <remarks>
/// For every listener, with r = c − a · λ + offset + q · κ and P = { 0 ≤ x ≤ 1, Σ x ≤ k }, a kernel finds the one x in P that maximises
/// r · x − γ/2 · ‖x‖², which is clip((r − τ)/γ, 0, 1) with the smallest τ ≥ 0 that fits the slots, and adds to the sums: spend and delivery
/// by campaign, quality by cohort, r · x, ‖x‖², and the unsmoothed maximum of r · x over P. Sums are kept in double.
/// </remarks>
public interface IOracleKernel
{
    /// <summary>Name by which the variant is forced and reported.</summary>
    string Name { get; }

    /// <summary>Whether reduced values are computed in double; the others round them to single precision.</summary>
    bool IsDouble { get; }

    /// <summary>Adds the listeners of some slices to the sums.</summary>
    /// <param name="edges">the problem</param>
    /// <param name="prices">prices and smoothing, rounded (<see cref="OraclePrices.Round"/>)</param>
    /// <param name="firstSlice">first slice of the range</param>
    /// <param name="endSlice">slice after the last of the range</param>
    /// <param name="sums">sums of the calling thread, made for this problem</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie in the problem.</exception>
    void Evaluate(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums);
}
