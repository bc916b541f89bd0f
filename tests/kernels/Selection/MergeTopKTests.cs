using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Selection;

public class MergeTopKTests
{
    [Theory, InlineData(1, 10), InlineData(2, 10), InlineData(3, 400), InlineData(7, 1)]
    public void RangesMergedEqualTheWhole(int lists, int k)
    {
        var random = new Random(lists);
        float[] items = Vectors.Rows("duplicates", random, 64 * lists * 2, 8), queries = Vectors.Uniform(random, 3 * 8);
        var matrix = new ItemMatrix(items, 8, Vectors.NormMax(items, 8));
        int[] whole = new int[3 * k], parts = new int[lists * 3 * k], merged = new int[3 * k];
        float[] wholeScores = new float[3 * k], partScores = new float[lists * 3 * k], mergedScores = new float[3 * k];
        new ScanScalar().Scan(new() { Items = matrix, Queries = queries, K = k, RowCount = matrix.Rows }, new(), whole, wholeScores);
        for (int list = 0; list < lists; list++)
            new ScanScalar().Scan(new() { Items = matrix, Queries = queries, K = k, FirstRow = list * 128, RowCount = 128 }, new(),
                parts.AsSpan(list * 3 * k, 3 * k), partScores.AsSpan(list * 3 * k, 3 * k));
        MergeTopK.Merge(parts, partScores, lists, k, merged, mergedScores);
        Assert.Equal(whole, merged);
        Assert.Equal(wholeScores, mergedScores);
        MergeTopK.Merge(parts, partScores, lists, k, parts.AsSpan(0, 3 * k), partScores.AsSpan(0, 3 * k)); // in place
        Assert.Equal(whole, parts[..(3 * k)]);
    }

    [Fact]
    public void RefusesShapesThatDisagree() =>
        Assert.Contains("2 lists of 3 results, but 5 rows", Assert.Throws<ArgumentException>(() =>
            MergeTopK.Merge(new int[5], new float[5], lists: 2, k: 3, new int[3], new float[3])).Message);
}
