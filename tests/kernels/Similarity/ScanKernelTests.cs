using System.Numerics;
using System.Runtime.Intrinsics;
using Rubato.Kernels;
using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Kernels.Cuda;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

public class ScanKernelTests
{
    private static readonly IReadOnlyList<KernelVariant<IScanKernel>> Variants =
    [
        .. FakeScan.Variants(), .. ScanKernels.Variants.Where(variant => !variant.Name.StartsWith(ScanCuda.NamePrefix, StringComparison.Ordinal)),
        new("vector 512", new AtWidth<FloatWidth512, Vector512<float>>(), null),
        new("vector 256", new AtWidth<FloatWidth256, Vector256<float>>(), null), new("vector 128", new AtWidth<FloatWidth128, Vector128<float>>(), null),
        new("vector-int8 rows", Int8(new VectorRowsCode<CodeDot256, Vector256<int>>()), null),
        new("vector-int8 128", Int8(new VectorRowsCode<CodeDot128, Vector128<int>>()), null),
    ];

    private static PanelScan Int8(PanelCode code) => new("int8", Int8Arithmetic.Instance, new SingleCode(code), new ScanScalar());

    public static TheoryData<string> Names => new(Variants.Select(variant => variant.Name));

    public static TheoryData<string, string> NamesAndFamilies => Vectors.WithFamilies(Variants.Select(variant => variant.Name));

    private static IScanKernel Kernel(string name)
    {
        KernelVariant<IScanKernel> variant = Variants.First(variant => variant.Name == name);
        Skip.If(!variant.Available, variant.Reason);
        return variant.Kernel!;
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void MatchesTheReferenceAtEveryTailLength(string name)
    {
        Skip.IfNot(GuardedBuffer<float>.Supported, "needs Linux");
        IScanKernel kernel = Kernel(name);
        for (int dimension = 1; dimension <= 130; dimension++)
        {
            var random = new Random(dimension);
            int rows = 64 * 5 + dimension; // every count of rows past a panel, too
            using GuardedBuffer<float> items = new(Vectors.Uniform(random, rows * dimension), atEnd: dimension % 2 == 0);
            using GuardedBuffer<float> queries = new(Vectors.Uniform(random, 3 * dimension), atEnd: dimension % 2 == 0);
            ExpectTheReference(kernel, items.Span, queries.Span, dimension, k: 10);
        }
    }

    [SkippableTheory, MemberData(nameof(NamesAndFamilies))]
    public void MatchesTheReferenceOnHostileRows(string name, string family)
    {
        IScanKernel kernel = Kernel(name);
        foreach (int dimension in new[] { 3, 16, 100, 128 })
            foreach (int k in new[] { 1, 20, 700, 1000 })
            {
                var random = new Random(dimension + k);
                float[] items = Vectors.Rows(family, random, 700, dimension), queries = Vectors.Rows(family, random, 2, dimension);
                Array.Resize(ref queries, 3 * dimension); // the third query is zero: every row ties
                ExpectTheReference(kernel, items, queries, dimension, k);
            }
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void MatchesTheReferenceOnManyRows(string name)
    {
        var random = new Random(20_260_801);
        float[] items = Vectors.Unit(random, 20_000, 32), queries = Vectors.Unit(random, 5, 32);
        ExpectTheReference(Kernel(name), items, queries, 32, k: 100);
        Array.Sort(queries);
        float[] ascending = new float[4096]; // every row beats all before it: the buffer fills as fast as it can
        for (int row = 0; row < 128; row++)
            ascending.AsSpan(row * 32, 32).Fill(row + 1);
        ExpectTheReference(Kernel(name), ascending, queries.AsSpan(128), 32, k: 3);
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void MatchesTheReferenceOnWideRows(string name)
    {
        foreach (int dimension in new[] { 192, 256, 768, 1000, 4095, 4096 })
        {
            float[] items = Vectors.Uniform(new Random(dimension), 150 * dimension), queries = Vectors.Uniform(new Random(1), 18 * dimension);
            items.AsSpan(0, dimension).Fill(1); // the largest sums of codes
            queries.AsSpan(0, dimension).Fill(1);
            queries.AsSpan(dimension, dimension).Fill(-1);
            ExpectTheReference(Kernel(name), items, queries, dimension, k: 4);
        }
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void WorkersThatShareAKernelMergeToTheWhole(string name)
    {
        IScanKernel kernel = Kernel(name);
        const int Rows = 6400, Dimension = 48, K = 30, Queries = 40;
        float[] items = Vectors.Unit(new Random(8), Rows, Dimension), queries = Vectors.Unit(new Random(9), Queries, Dimension);
        int[] whole = new int[Queries * K], parts = new int[2 * Queries * K], merged = new int[Queries * K];
        float[] wholeScores = new float[Queries * K], partScores = new float[2 * Queries * K], mergedScores = new float[Queries * K];
        using var quantised = new QuantisedArrays(items, Dimension);
        ScanRequest Request(int first, int count) =>
            new() { Items = quantised.Matrix(items, 1.001f), Queries = queries, K = K, FirstRow = first, RowCount = count };
        new ScanScalar().Scan(Request(0, Rows), new ScanWorkspace(), whole, wholeScores);
        Parallel.For(0, 2, part => kernel.Scan(
            Request(part * Rows / 2, Rows / 2), new ScanWorkspace(), parts.AsSpan(part * Queries * K, Queries * K), partScores.AsSpan(part * Queries * K, Queries * K)));
        MergeTopK.Merge(parts, partScores, lists: 2, K, merged, mergedScores);
        Assert.Equal(whole, merged);
        Assert.Equal(wholeScores, mergedScores);
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void HonoursFiltersAndRanges(string name)
    {
        IScanKernel kernel = Kernel(name);
        var random = new Random(7);
        const int Rows = 3000, Dimension = 24;
        float[] items = Vectors.Uniform(random, Rows * Dimension), queries = Vectors.Uniform(random, 5 * Dimension);
        foreach (double share in new[] { 0.0, 0.001, 0.05, 0.5, 0.99 })
        {
            ulong[] shared = Vectors.Filter(random, Rows, share);
            ulong[] own = [.. Enumerable.Range(0, 5).SelectMany(query => Vectors.Filter(random, Rows, share * query / 4))];
            foreach (ulong[] filter in new[] { shared, own })
                foreach ((int first, int count) in new[] { (0, Rows), (64, 1000), (2944, 56), (1024, 0), (128, 64) })
                    ExpectTheReference(kernel, items, queries, Dimension, k: 17, filter, first, count);
        }
    }

    [SkippableTheory, InlineData("amx-int8"), InlineData("avx512-vnni"), InlineData("vector-int8")]
    public void WhatAFilterLeavesIsFetchedForOneQueryAndScannedForMany(string name)
    {
        IScanKernel kernel = Kernel(name);
        const int Rows = 20_000, Dimension = 64, K = 5, Many = 32;
        float[] items = Vectors.Unit(new Random(5), Rows, Dimension), queries = Vectors.Unit(new Random(6), Many, Dimension);
        using var quantised = new QuantisedArrays(items, Dimension);
        ulong[] filter = Vectors.Filter(new Random(7), Rows, 1 / 16.0);
        long allowed = filter.Sum(word => (long)BitOperations.PopCount(word));
        Assert.Equal(allowed, Rescored(1));
        Assert.InRange(Rescored(Many), Many * K, Many * allowed / 4);

        long Rescored(int count) => kernel.Scan(
            new ScanRequest { Items = quantised.Matrix(items, 1.001f), Queries = queries.AsSpan(0, count * Dimension), Allowed = filter, K = K, RowCount = Rows },
            new ScanWorkspace(), new int[count * K], new float[count * K]).Rescored;
    }

    [SkippableTheory, InlineData("amx-int8"), InlineData("avx512-vnni"), InlineData("vector-int8"), InlineData("scalar-int8")]
    public void QueriesWhoseBarWasTooHighAreScannedAgainTogether(string name)
    {
        IScanKernel kernel = Kernel(name);
        const int Rows = 20_000, Dimension = 128, K = 50, Queries = 40;
        var random = new Random(11);
        float[] items = [.. Enumerable.Range(0, Rows * Dimension).Select(_ => 0.5f + random.NextSingle() * 0.01f)];
        for (int row = 0; row < Rows; row++) // wide enough that few rows survive
            items[row * Dimension] = 6 * random.NextSingle();
        float[] queries = Vectors.Uniform(random, Queries * Dimension);
        for (int query = 0; query < Queries; query += 2) // all but one coordinate round to 0, and all of them the same way
        {
            queries.AsSpan(query * Dimension, Dimension).Fill(-0.49f / 127);
            queries[query * Dimension] = 1;
        }
        using var quantised = new QuantisedArrays(items, Dimension);
        var request = new ScanRequest { Items = quantised.Matrix(items, Vectors.NormMax(items, Dimension)), Queries = queries, K = K, RowCount = Rows };
        int[] expectedRows = new int[Queries * K], rows = new int[Queries * K];
        float[] expectedScores = new float[Queries * K], scores = new float[Queries * K];
        new ScanVector().Scan(request, new ScanWorkspace(), expectedRows, expectedScores);
        var probe = new CertainProbe(kernel);
        ScanWorkspace[] workspace = [new()];
        probe.Collect(request, workspace[0]);
        CollectedScan.Finish(probe, request, 0, Queries, workspace, own: 0, rows, scores);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores, scores);
        Assert.True(probe.Again.SequenceEqual([Queries / 2]), $"scanned again: {string.Join(", ", probe.Again)}");
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void MoreQueriesThanABlockGiveTheSameAnswers(string name)
    {
        var random = new Random(3);
        float[] items = Vectors.Rows("mixed-norms", random, 500, 16), queries = Vectors.Rows("mixed-norms", random, 150, 16);
        ExpectTheReference(Kernel(name), items, queries, 16, k: 5);
        ExpectTheReference(Kernel(name), items, [], 16, k: 5);
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void RescoresFewRowsOfFriendlyData(string name)
    {
        IScanKernel kernel = Kernel(name);
        Skip.If(name.Contains("scalar"), "the references score every row, or are slow");
        const int Rows = 50_000, Dimension = 64, K = 20;
        float[] items = Vectors.Unit(new Random(5), Rows, Dimension), queries = Vectors.Unit(new Random(6), 4, Dimension);
        using var quantised = new QuantisedArrays(items, Dimension);
        ScanStatistics statistics = kernel.Scan(
            new ScanRequest { Items = quantised.Matrix(items, 1.001f), Queries = queries, K = K, RowCount = Rows }, new ScanWorkspace(), new int[4 * K], new float[4 * K]);
        Assert.InRange(statistics.Rescored, 4 * K, 4 * 5 * K);
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void AllocatesNothingOnceWarm(string name)
    {
        Skip.If(name.StartsWith(ScanCuda.NamePrefix, StringComparison.Ordinal), "rows that are not held are copied to the device; ScanCudaTests holds them");
        IScanKernel kernel = Kernel(name);
        float[] items = Vectors.Unit(new Random(1), 2000, 32), queries = items[..(20 * 32)];
        var workspace = new ScanWorkspace();
        using var quantised = new QuantisedArrays(items, 32);
        int[] rows = new int[20 * 10];
        float[] scores = new float[20 * 10];
        Assert.Equal(0, AllocatedBytes.Least(() =>
            kernel.Scan(new ScanRequest { Items = quantised.Matrix(items, 1.001f), Queries = queries, K = 10, RowCount = 2000 }, workspace, rows, scores)));
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void RefusesBadInput(string name)
    {
        IScanKernel kernel = Kernel(name);
        string Refusal(float[] queries, int k = 1, int first = 0, int count = 100, int results = 1, ulong[]? filter = null) =>
            Assert.ThrowsAny<ArgumentException>(() => kernel.Scan(
                new ScanRequest { Items = new(new float[400], 4, normMax: 1), Queries = queries, K = k, FirstRow = first, RowCount = count, Allowed = filter },
                new ScanWorkspace(), new int[results], new float[results])).Message;
        float[] query = new float[4];
        Assert.Contains("not a whole number of queries", Refusal(new float[5]));
        Assert.Contains("must be 1 to 4096", Refusal(query, k: 0));
        Assert.Contains("must be 1 to 4096", Refusal(query, k: 4097, results: 4097));
        Assert.Contains("lie outside a matrix of 100", Refusal(query, first: 64, count: 37));
        Assert.Contains("multiple of 64", Refusal(query, first: 32, count: 10));
        Assert.Contains("need 3 rows and scores", Refusal(query, k: 3));
        Assert.Contains("a filter of 100 rows is 2 words", Refusal(query, filter: new ulong[3]));
        Assert.Contains("query 1 holds Infinity at coordinate 3", Refusal([0, 0, 0, 0, 1, 2, 3, float.PositiveInfinity], results: 2));
    }

    private static void ExpectTheReference(
        IScanKernel kernel, ReadOnlySpan<float> items, ReadOnlySpan<float> queries, int dimension, int k, ulong[]? filter = null, int first = 0, int? count = null)
    {
        using var quantised = new QuantisedArrays(items, dimension);
        var request = new ScanRequest
        {
            Items = quantised.Matrix(items, Vectors.NormMax(items, dimension)),
            Queries = queries,
            K = k,
            FirstRow = first,
            RowCount = count ?? items.Length / dimension,
            Allowed = filter,
        };
        int results = request.QueryCount * k;
        int[] expectedRows = new int[results], rows = new int[results];
        float[] expectedScores = new float[results], scores = new float[results];
        new ScanScalar().Scan(request, new ScanWorkspace(), expectedRows, expectedScores);
        ScanStatistics statistics = kernel.Scan(request, new ScanWorkspace(), rows, scores);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores.Select(BitConverter.SingleToInt32Bits), scores.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal((long)request.RowCount * request.QueryCount, statistics.Scanned);
        Assert.InRange(statistics.Rescored, rows.Count(row => row >= 0), 2 * statistics.Scanned); // twice where a scan starts again
        ExpectTheSameOfRanges(kernel, request, expectedRows, expectedScores);
    }

    /// <summary>Rows collected in three ranges, the first of them short, and queries finished in two parts, give the same answers.</summary>
    private static void ExpectTheSameOfRanges(IScanKernel kernel, in ScanRequest request, int[] expectedRows, float[] expectedScores)
    {
        int end = request.FirstRow + request.RowCount;
        int[] borders = [request.FirstRow, Math.Min(request.FirstRow + 64, end), Math.Min(request.FirstRow + request.RowCount / 128 * 64 + 64, end), end];
        ScanWorkspace[] workspaces = [new(), new(), new()];
        ScanStatistics statistics = default;
        for (int range = 0; range < workspaces.Length; range++)
        {
            var part = new ScanRequest
            {
                Items = request.Items, Queries = request.Queries, K = request.K, Allowed = request.Allowed,
                FirstRow = range > 0 && borders[range] == end ? request.FirstRow : borders[range], RowCount = borders[range + 1] - borders[range],
            };
            statistics += kernel.Collect(part, workspaces[range]);
        }
        int[] rows = new int[expectedRows.Length];
        float[] scores = new float[expectedScores.Length];
        int half = request.QueryCount / 2;
        statistics += CollectedScan.Finish(kernel, request, half, request.QueryCount - half, workspaces, own: 2, rows, scores);
        statistics += CollectedScan.Finish(kernel, request, 0, half, workspaces, own: 0, rows, scores);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores.Select(BitConverter.SingleToInt32Bits), scores.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal((long)request.RowCount * request.QueryCount, statistics.Scanned);
    }

    /// <summary>Notes how many queries each second scan has.</summary>
    private sealed class CertainProbe(IScanKernel kernel) : IScanKernel
    {
        public List<int> Again { get; } = [];

        public string Name => "probe";

        public IScanKernel Certain => new Noted(this, kernel.Certain);

        public ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace) => kernel.Collect(range, workspace);

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
            kernel.Scan(request, workspace, rows, scores);

        private sealed class Noted(CertainProbe probe, IScanKernel kernel) : IScanKernel
        {
            public string Name => "noted";

            public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
            {
                probe.Again.Add(request.QueryCount);
                return kernel.Scan(request, workspace, rows, scores);
            }
        }
    }

    private sealed class AtWidth<TWidth, TVector> : IScanKernel where TWidth : struct, IFloatWidth<TVector> where TVector : struct
    {
        public string Name => typeof(TWidth).Name;

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
            ScanVector.Scan<TWidth, TVector>(request, workspace, rows, scores);
    }
}
