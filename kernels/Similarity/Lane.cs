namespace Rubato.Kernels.Similarity;

/// <summary>One query of a panel scan: where it came from, and what turns a hit of it into a score with bounds.</summary>
internal struct Lane
{
    /// <summary>Number of the query in the request.</summary>
    public int Query;

    /// <summary>score = scale · hit (int8: times the scale of the block).</summary>
    public float Scale;

    /// <summary>Bound of the error: error factor · ‖e‖ + norm factor · ‖x‖ + constant.</summary>
    public float ErrorFactor, NormFactor, Constant;

    /// <summary>
    /// Share of the error bound by which the bar stays below the k-th best score found, above 0 to 1. At 1 the bar is proven beforehand;
    /// below, it rises sooner and is proven at the end, by the k-th exact score.
    /// </summary>
    public float Margin;

    /// <summary>Where the sum of code products starts: −128 · Σ q̂ takes back the offset of the codes.</summary>
    public int FirstSum;
}
