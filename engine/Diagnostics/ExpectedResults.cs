using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>What the reference answers on one set, and how far another variant is from it.</summary>
internal sealed class ExpectedResults
{
    private const int K = 20;
    private readonly CheckData _set;
    private readonly int[] _scoredRows;
    private readonly float[] _scores;
    private readonly int[] _foundRows;
    private readonly float[] _foundScores;

    public ExpectedResults(CheckData set)
    {
        _set = set;
        _scoredRows = [.. Enumerable.Range(0, set.Rows).Select(row => (int)(row * 7919L % set.Rows))];
        _scores = Scores(new ScoreScalar());
        (_foundRows, _foundScores) = Found(new ScanScalar());
    }

    /// <summary>Largest difference of a score; 0 only where every bit agrees.</summary>
    public double Difference(IScoreKernel kernel) => Largest(_scores, Scores(kernel));

    /// <summary>Largest difference of a score; ∞ where another row was found, or a device returned what can be no result.</summary>
    public double Difference(IScanKernel kernel)
    {
        try
        {
            (int[] rows, float[] scores) = Found(kernel);
            return _foundRows.AsSpan().SequenceEqual(rows) ? Largest(_foundScores, scores) : double.PositiveInfinity;
        }
        catch (Exception failure) when (kernel is IDeviceScan && failure is (IndexOutOfRangeException or ArgumentException))
        {
            return double.PositiveInfinity; // counts and rows of a kernel that is wrong may be any numbers
        }
    }

    private float[] Scores(IScoreKernel kernel)
    {
        float[] scores = new float[_scoredRows.Length];
        kernel.Score(_set.Queries.AsSpan(0, _set.Dimension), _set.Items, _scoredRows, scores);
        return scores;
    }

    private (int[] Rows, float[] Scores) Found(IScanKernel kernel)
    {
        int[] rows = new int[_set.QueryCount * K];
        float[] scores = new float[rows.Length];
        kernel.Scan(new ScanRequest { Items = _set.Items, Queries = _set.Queries, Allowed = _set.Allowed, K = K, RowCount = _set.Rows }, new ScanWorkspace(), rows, scores);
        return (rows, scores);
    }

    private static double Largest(float[] expected, float[] actual)
    {
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])) continue;
            double difference = Math.Abs((double)expected[i] - actual[i]);
            worst = Math.Max(worst, difference > 0 ? difference : double.Epsilon); // the same value in other bits is a difference, and so is NaN
        }
        return worst;
    }
}
