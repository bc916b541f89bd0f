using Rubato.Kernels;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

public sealed class RowSampleTests
{
    private const int Rows = 300_000, Dimension = 16, K = 100, Queries = 17;

    public static TheoryData<string, int> Guesses
    {
        get
        {
            var guesses = new TheoryData<string, int>();
            foreach (KernelVariant<IScanKernel> variant in ScanKernels.Variants)
                foreach (int share in RowSample.Shares)
                    if (variant.Kernel is not null)
                        guesses.Add(variant.Name, share);
            return guesses;
        }
    }

    [Theory, MemberData(nameof(Guesses))]
    public void AGuessThatIsTooHighIsTakenBack(string name, int share)
    {
        var random = new Random(1);
        float[] values = Vectors.Uniform(random, Rows * Dimension), queries = Vectors.Uniform(random, Queries * Dimension);
        var sample = new RowSample(firstRow: 0, Rows, K, share);
        Assert.True(sample.Pays(Queries));
        int planted = Math.Min(sample.Steps, K - 1);
        Assert.InRange(planted, sample.Rank, K - 1);
        for (int step = 0; step < planted; step++) // the best rows, fewer than k, are all in the sample
            for (int c = 0; c < Dimension; c++)
                values[(sample.Row(step) * Dimension) + c] = queries[c] * (50 + step);
        (int[] rows, float[] scores) expected = Scan("scalar", values, queries), found = Scan(name, values, queries);
        Assert.Equal(expected.rows, found.rows);
        Assert.Equal(expected.scores, found.scores);
    }

    [Theory, InlineData(0, 110_000), InlineData(64, 1_000_000), InlineData(128, 4_000_000)]
    public void StepsSpanTheRows(int firstRow, int rowCount)
    {
        foreach (int share in RowSample.Shares)
        {
            var sample = new RowSample(firstRow, rowCount, k: 100, share);
            int last = sample.Row(sample.Steps - 1);
            Assert.Equal(firstRow, sample.Row(0));
            Assert.Equal(0, sample.Row(1) % PanelRun.RowStep);
            Assert.InRange(last, firstRow + rowCount - (2 * sample.Stride), firstRow + rowCount - PanelRun.RowStep);
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
