namespace Rubato.Kernels.Similarity;

/// <summary>Scores given rows: the operation behind explicit candidates and behind the last step of every scan.</summary>
/// <remarks>
/// The one definition of a score, to the bit, for every variant and device:
/// the products query[c] · row[c] of fp32 values, exact in double, are summed in double in eight interleaved accumulators (c mod 8,
/// each starting at +0), reduced pairwise, ((0+4)+(2+6)) + ((1+5)+(3+7)), and rounded once to fp32.
/// A sum that rounds to −0 counts as +0, so that equal scores have equal bits.
/// </remarks>
public interface IScoreKernel
{
    /// <summary>Name by which the variant is forced and reported.</summary>
    string Name { get; }

    /// <summary>scores[i] = Σc query[c] · items[rows[i], c].</summary>
    /// <param name="query">[dimension], finite</param>
    /// <param name="items">the catalogue's rows</param>
    /// <param name="rows">[candidates], each 0 to items.Rows − 1, in any order, repeats allowed</param>
    /// <param name="scores">[candidates], overwritten; must not overlap the inputs; ±∞ where the sum lies outside the range of fp32</param>
    /// <exception cref="ArgumentException">The shapes disagree, a row number lies outside the matrix, or the query is not finite.</exception>
    void Score(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores);
}
