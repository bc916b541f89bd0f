namespace Rubato.Kernels.Allocation;

/// <summary>What one thread has summed up over its slices; added up in thread order afterwards, so that a result does not depend on timing.</summary>
public sealed class OracleSums
{
    /// <param name="edges">the problem, for the sizes of the arrays</param>
    /// <param name="curvature">where second derivatives go; null when they are never asked for</param>
    public OracleSums(EdgeSlices edges, Curvature? curvature)
    {
        Campaign = new double[2 * edges.CampaignCount];
        Quality = new double[edges.CohortCount + 1];
        Curvature = curvature;
        ReducedSingle = new float[edges.WidthMax * EdgeSlices.Height];
        Reduced = new double[edges.WidthMax * EdgeSlices.Height + 8]; // aligned to 64 bytes by who wants it
        Hits = new int[edges.WidthMax * EdgeSlices.Height + EdgeSlices.Height];
    }

    /// <summary>[campaigns, 2] spend Σ a x and delivery Σ x of each campaign, side by side because they are written together.</summary>
    public double[] Campaign { get; }

    /// <summary>[cohorts + 1] quality Σ q x of each cohort.</summary>
    public double[] Quality { get; }

    /// <summary>Second derivatives; null when they are never asked for.</summary>
    public Curvature? Curvature { get; internal set; }

    /// <summary>Σ over listeners of max { r · x : x in P }, the listeners' part of the dual bound.</summary>
    public double Bound { get; set; }

    /// <summary>Σ r · x at the smoothed choice.</summary>
    public double Linear { get; set; }

    /// <summary>Σ x² at the smoothed choice.</summary>
    public double Square { get; set; }

    internal float[] ReducedSingle { get; } // reduced values of the slice at hand

    internal double[] Reduced { get; }

    internal int[] Hits { get; } // numbers of the chosen edges of the slice at hand

    /// <summary>Sets every sum to zero.</summary>
    /// <param name="withCurvature">whether the second derivatives are wanted this time</param>
    public void Clear(bool withCurvature)
    {
        Array.Clear(Campaign);
        Array.Clear(Quality);
        (Bound, Linear, Square) = (0, 0, 0);
        Curvature?.Clear(withCurvature);
    }

    /// <summary>Adds another thread's sums to these.</summary>
    public void Add(OracleSums other)
    {
        for (int i = 0; i < Campaign.Length; i++) Campaign[i] += other.Campaign[i];
        for (int h = 0; h < Quality.Length; h++) Quality[h] += other.Quality[h];
        Bound += other.Bound;
        Linear += other.Linear;
        Square += other.Square;
    }
}
