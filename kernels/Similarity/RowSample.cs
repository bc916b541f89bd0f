namespace Rubato.Kernels.Similarity;

/// <summary>One row in 64, from which a scan guesses its bars before it starts.</summary>
/// <remarks>
/// A step of 32 rows of every 2,048 is scored. If rows come in no particular order, the number of the k best rows among them is about
/// Poisson with mean λ = k ÷ 64, and the score of the sample's row of rank λ + 5√λ + 4 is hardly ever above the k-th best score of all.
/// Neighbours may be alike (tracks of an album), so a step counts once, with its best row. A guess that was too high is found at the end,
/// like any other bar that rose ahead of its proof, and costs a second scan, not exactness.
/// </remarks>
internal readonly ref struct RowSample(int firstRow, int rowCount, int k)
{
    private const int Share = 64, StratumRows = Share * PanelRun.RowStep;

    /// <summary>For smaller k the rank comes near to k, and the bars rise as fast by themselves.</summary>
    private const int KMin = 32;

    private readonly float _expected = (float)k / Share;

    /// <summary>Steps of rows in the sample.</summary>
    public int Steps => rowCount / StratumRows;

    /// <summary>Rank of the step whose best row gives the bar.</summary>
    public int Rank => (int)MathF.Ceiling(_expected + 5 * MathF.Sqrt(_expected) + 4);

    /// <summary>Rows to keep per query, in which as many steps as the rank should be found.</summary>
    public int Kept => 2 * Rank;

    /// <summary>Whether the bar would be worth its price: with fewer steps it would be low.</summary>
    public bool Pays => k >= KMin && Steps >= 4 * Rank;

    /// <summary>First row of a step; its place within its stratum varies, so that it follows no period of the rows.</summary>
    public int Row(int step) => firstRow + step * StratumRows + step * 27 % Share * PanelRun.RowStep;
}
