namespace Rubato;

/// <summary>Spearman's rank correlation: do two columns of scores put their rows in the same order?</summary>
internal static class RankCorrelation
{
    /// <summary>ρ = the linear correlation of the ranks; equal values share the mean of their ranks.</summary>
    /// <param name="left">2 or more finite values</param> <param name="right">as many</param>
    /// <returns>−1 to 1; where a column is constant 1 if both are, 0 otherwise</returns>
    public static double Spearman(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double[] leftRanks = Ranks(left), rightRanks = Ranks(right);
        double mean = (left.Length - 1) / 2.0, product = 0, leftSquares = 0, rightSquares = 0;
        for (int i = 0; i < leftRanks.Length; i++)
        {
            double x = leftRanks[i] - mean, y = rightRanks[i] - mean;
            product += x * y;
            leftSquares += x * x;
            rightSquares += y * y;
        }
        if (leftSquares == 0 || rightSquares == 0) return leftSquares == rightSquares ? 1 : 0;
        return product / Math.Sqrt(leftSquares * rightSquares);
    }

    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int first = 0; first < sorted.Length;)
        {
            int end = first + 1;
            while (end < sorted.Length && sorted[end] == sorted[first]) end++;
            for (int i = first; i < end; i++) ranks[order[i]] = (first + end - 1) / 2.0;
            first = end;
        }
        return ranks;
    }
}
