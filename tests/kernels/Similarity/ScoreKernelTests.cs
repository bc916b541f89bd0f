using Rubato.Kernels;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

public class ScoreKernelTests
{
    private static readonly IReadOnlyList<KernelVariant<IScoreKernel>> Variants =
    [
        .. ScoreKernels.Variants,
        new("vector 256", new AtWidth<EightSums256>(), null), new("vector 128", new AtWidth<EightSums128>(), null),
    ];

    public static TheoryData<string> Names => new(Variants.Select(variant => variant.Name));

    public static TheoryData<string, string> NamesAndFamilies => Vectors.WithFamilies(Variants.Select(variant => variant.Name));

    private static IScoreKernel Kernel(string name)
    {
        KernelVariant<IScoreKernel> variant = Variants.First(variant => variant.Name == name);
        Skip.If(!variant.Available, variant.Reason);
        return variant.Kernel!;
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void MatchesTheReferenceAtEveryTailLength(string name)
    {
        Skip.IfNot(GuardedBuffer<float>.Supported, "needs Linux");
        IScoreKernel kernel = Kernel(name);
        for (int dimension = 1; dimension <= 130; dimension++)
            foreach (bool atEnd in new[] { true, false })
            {
                var random = new Random(dimension);
                using GuardedBuffer<float> query = new(Vectors.Uniform(random, dimension), atEnd), items = new(Vectors.Uniform(random, 11 * dimension), atEnd);
                using GuardedBuffer<int> rows = new([10, 3, 3, 0, 7, 9, 10, 1, 2, 4, 5], atEnd);
                using GuardedBuffer<float> actual = new(new float[11], atEnd);
                var matrix = new ItemMatrix(items.Span, dimension, normMax: 100);
                for (int count = 0; count <= 11; count++)
                {
                    float[] expected = new float[count];
                    new ScoreScalar().Score(query.Span, matrix, rows.Span[..count], expected);
                    kernel.Score(query.Span, matrix, rows.Span[..count], actual.Span[..count]);
                    Assert.Equal(expected, actual.Span[..count].ToArray());
                }
            }
    }

    [SkippableTheory, MemberData(nameof(NamesAndFamilies))]
    public void MatchesTheReferenceOnHostileRows(string name, string family)
    {
        IScoreKernel kernel = Kernel(name);
        foreach (int dimension in new[] { 1, 7, 64, 100, 768, 4096 })
        {
            var random = new Random(dimension);
            float[] items = Vectors.Rows(family, random, 40, dimension), query = Vectors.Rows(family, random, 1, dimension);
            int[] rows = Enumerable.Range(0, 40).ToArray();
            float[] expected = new float[40], actual = new float[40];
            var matrix = new ItemMatrix(items, dimension, Vectors.NormMax(items, dimension));
            new ScoreScalar().Score(query, matrix, rows, expected);
            kernel.Score(query, matrix, rows, actual);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void AScoreFollowsItsDefinition()
    {
        float[] query = [1, 2, 3, 4, 5, 6, 7, 8, 9], items = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, -1];
        float[] scores = new float[2];
        new ScoreScalar().Score(query, new ItemMatrix(items, 9, normMax: 3), [0, 1], scores);
        Assert.Equal([45, -9], scores);
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void ASumThatRoundsToMinusZeroIsZero(string name)
    {
        float[] query = [float.Epsilon], score = [1];
        Kernel(name).Score(query, new ItemMatrix([-float.Epsilon], 1, normMax: 1), [0], score);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(score[0]));
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void RefusesBadInput(string name)
    {
        IScoreKernel kernel = Kernel(name);
        string Refusal(float[] query, int[] rows, int scores) =>
            Assert.ThrowsAny<ArgumentException>(() => kernel.Score(query, new ItemMatrix(new float[20], 4, normMax: 1), rows, new float[scores])).Message;
        Assert.Contains("query holds 3 values", Refusal(new float[3], [0], 1));
        Assert.Contains("2 rows need 2 scores", Refusal(new float[4], [0, 1], 1));
        Assert.Contains("row 5 lies outside a matrix of 5", Refusal(new float[4], [5], 1));
        Assert.Contains("row -1 lies outside", Refusal(new float[4], [-1], 1));
        Assert.Contains("query 0 holds NaN at coordinate 2", Refusal([0, 0, float.NaN, 0], [0], 1));
    }

    [Fact]
    public void AllocatesNothing()
    {
        float[] items = new float[64 * 100], query = new float[64], scores = new float[100];
        int[] rows = Enumerable.Range(0, 100).ToArray();
        IScoreKernel kernel = ScoreKernels.Pick();
        Assert.Equal(0, AllocatedBytes.Least(() => kernel.Score(query, new ItemMatrix(items, 64, normMax: 1), rows, scores)));
    }

    [Fact]
    public void AnUnknownNameIsAnsweredWithTheNames() =>
        Assert.Contains("the names are vector, scalar", Assert.Throws<ArgumentException>(() => ScoreKernels.Pick("cuda")).Message);

    private sealed class AtWidth<TSums> : IScoreKernel where TSums : struct, IEightSums<TSums>
    {
        public string Name => typeof(TSums).Name;

        public void Score(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
        {
            new ScoreVector().Score(query, items, rows, scores); // the checks
            ScoreVector.Score<TSums>(query, items, rows, scores);
        }
    }
}
