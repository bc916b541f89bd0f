namespace Rubato.Kernels.Similarity;

/// <summary>One row in a number of them, the share, from which a scan guesses its bars before it starts.</summary>
/// <remarks>
/// A step of 32 rows of every 32 · share is scored. If rows come in no particular order, the number of the k best rows among them is about
/// Poisson with mean λ = k ÷ share, and the score of the sample's row of rank λ + 5√λ + 4 is hardly ever above the k-th best score of all.
/// Neighbours may be alike (tracks of an album), so a step counts once, with its best row. A guess that was too high is found at the end,
/// like any other bar that rose ahead of its proof, and costs a second scan, not exactness.
/// </remarks>
internal readonly ref struct RowSample(int firstRow, int rowCount, int k, int share)
{
    /// <summary>
    /// A coarse sample, whose guess keeps most rows of the fine one from being collected, and the fine one, whose guess spares the scan
    /// more than it costs. Primes, so that a sample follows no period of the rows.
    /// </summary>
    public static ReadOnlySpan<int> Shares => [257, 17];

    /// <summary>For smaller k the rank comes near to k, and the bars rise as fast by themselves.</summary>
    private const int KMin = 32;

    /// <summary>Samples of a larger part of the rows than this share are fine.</summary>
    private const int FineShareMax = 64;

    private readonly float _expected = (float)k / share;

    /// <summary>Steps of rows in the sample.</summary>
    public int Steps => rowCount / Stride;

    /// <summary>Rank of the step whose best row gives the bar.</summary>
    public int Rank => (int)MathF.Ceiling(_expected + 5 * MathF.Sqrt(_expected) + 4);

    /// <summary>Rows to keep per query, in which as many steps as the rank should be found.</summary>
    public int Kept => 2 * Rank;

    /// <summary>
    /// Whether the bar would be worth its price. With fewer steps it would be low. A single query rises quickly by itself, and a few, which
    /// wait for memory, would wait for the rows of a fine sample too.
    /// </summary>
    /// <param name="queries">queries of the scan</param>
    public bool Pays(int queries) => k >= KMin && Steps >= 4 * Rank && queries > (share < FineShareMax ? PanelArguments.Lanes / 2 : 1);

    /// <summary>Rows from step to step.</summary>
    public int Stride => share * PanelRun.RowStep;

    /// <summary>First row of a step.</summary>
    public int Row(int step) => firstRow + step * Stride;
}
