namespace Rubato.Kernels.Similarity;

/// <summary>The reference: the definition of a score, word for word. It judges all others.</summary>
public sealed class ScoreScalar : IScoreKernel
{
    /// <inheritdoc/>
    public string Name => "scalar";

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
    {
        Guard.Score(query, items, rows.Length, scores.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Guard.Row(rows[i], items.Rows);
            scores[i] = Of(query, items.Row(rows[i]));
        }
    }

    /// <summary>The score of one row.</summary>
    internal static float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Span<double> sums = stackalloc double[8];
        sums.Clear();
        for (int c = 0; c < query.Length; c++)
            sums[c % 8] += (double)query[c] * row[c];
        return Round(((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])));
    }

    /// <summary>The one rounding to fp32; adding +0 turns −0 into +0.</summary>
    internal static float Round(double sum) => (float)sum + 0f;
}
