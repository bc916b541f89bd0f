using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

public sealed class RowSampleTests
{
    private const int Rows = 110_000, Dimension = 16, K = 100, Queries = 3;

    public static TheoryData<string> Variants => [.. ScanKernels.Variants.Where(variant => variant.Kernel is not null).Select(variant => variant.Name)];

    [Theory, MemberData(nameof(Variants))]
    public void AGuessThatIsTooHighIsTakenBack(string name)
    {
        var random = new Random(1);
        float[] values = Vectors.Uniform(random, Rows * Dimension), queries = Vectors.Uniform(random, Queries * Dimension);
        var sample = new RowSample(firstRow: 0, Rows, K);
        Assert.True(sample.Pays);
        Assert.InRange(sample.Steps, sample.Rank, K - 1);
        for (int step = 0; step < sample.Steps; step++) // the best rows, fewer than k, are all in the sample
            for (int c = 0; c < Dimension; c++)
                values[(sample.Row(step) * Dimension) + c] = queries[c] * (50 + step);
        (int[] rows, float[] scores) expected = Scan("scalar", values, queries), found = Scan(name, values, queries);
        Assert.Equal(expected.rows, found.rows);
        Assert.Equal(expected.scores, found.scores);
    }

    [Theory, InlineData(0, 110_000, 100), InlineData(64, 1_000_000, 32), InlineData(128, 4_000_000, 4096)]
    public void StepsLieInTheirStrata(int firstRow, int rowCount, int k)
    {
        var sample = new RowSample(firstRow, rowCount, k);
        for (int step = 0; step < sample.Steps; step++)
        {
            Assert.Equal(step, (sample.Row(step) - firstRow) / 2048);
            Assert.Equal(0, sample.Row(step) % PanelRun.RowStep);
            Assert.InRange(sample.Row(step), firstRow, firstRow + rowCount - PanelRun.RowStep);
        }
    }

    private static (int[] Rows, float[] Scores) Scan(string name, float[] values, float[] queries)
    {
        using var quantised = new QuantisedArrays(values, Dimension);
        var request = new ScanRequest { Items = quantised.Matrix(values, Vectors.NormMax(values, Dimension)), Queries = queries, K = K, RowCount = Rows };
        int[] rows = new int[Queries * K];
        float[] scores = new float[Queries * K];
        ScanKernels.Pick(name).Scan(request, new ScanWorkspace(), rows, scores);
        return (rows, scores);
    }
}
