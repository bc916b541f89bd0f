using System.Collections.Concurrent;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class RowSearcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1, 1), InlineData(2, 64), InlineData(3, 65), InlineData(4, 700), InlineData(5, 2_000)]
    public void TheNumberOfThreadsDoesNotChangeTheResult(int seed, int rows)
    {
        const int dimension = 17, queryCount = 5;
        var random = new Random(seed);
        using Catalogue catalogue = Build(Vectors.Rows("duplicates", random, rows, dimension), dimension); // ties everywhere
        float[] queries = Vectors.Uniform(random, queryCount * dimension);
        int words = ScanRequest.FilterWords(rows);
        ulong[] perQuery = [.. Enumerable.Range(0, queryCount).SelectMany(query => Vectors.Filter(random, rows, query / 4.0))];
        foreach (int k in (int[])[1, 10, 100, 1000])
        {
            foreach (ulong[] allowed in (ulong[][])[[], perQuery[words..(2 * words)], perQuery])
            {
                (int[] expectedRows, float[] expectedScores) = Reference(catalogue, queries, allowed, k);
                foreach (int threads in (int[])[1, 2, 3, 8])
                {
                    using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), threads);
                    int[] foundRows = new int[queryCount * k];
                    float[] foundScores = new float[queryCount * k];
                    ScanStatistics statistics = searcher.Search(queries, allowed, k, foundRows, foundScores);
                    Assert.Equal(expectedRows, foundRows);
                    Assert.Equal(expectedScores, foundScores);
                    Assert.Equal((long)rows * queryCount, statistics.Scanned);
                }
            }
        }
    }

    [Theory, InlineData(1, 64), InlineData(2, 97), InlineData(3, 130)]
    public void LargeBatchesAreSharedOutByQueries(int seed, int queryCount)
    {
        const int dimension = 9, rows = 700, k = 20;
        var random = new Random(seed);
        using Catalogue catalogue = Build(Vectors.Rows("duplicates", random, rows, dimension), dimension);
        float[] queries = Vectors.Uniform(random, queryCount * dimension);
        ulong[] perQuery = [.. Enumerable.Range(0, queryCount).SelectMany(query => Vectors.Filter(random, rows, query % 5 / 4.0))];
        foreach (ulong[] allowed in (ulong[][])[[], perQuery[..ScanRequest.FilterWords(rows)], perQuery])
        {
            (int[] expectedRows, float[] expectedScores) = Reference(catalogue, queries, allowed, k);
            using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), threads: 2);
            int[] foundRows = new int[queryCount * k];
            float[] foundScores = new float[queryCount * k];
            ScanStatistics statistics = searcher.Search(queries, allowed, k, foundRows, foundScores);
            Assert.Equal(expectedRows, foundRows);
            Assert.Equal(expectedScores, foundScores);
            Assert.Equal((long)rows * queryCount, statistics.Scanned);
            ulong[] shareOfFilters = new ulong[ScanRequest.FilterWords(rows) * (queryCount / 2)]; // fits the first thread's queries only
            Assert.Throws<ArgumentException>(() => searcher.Search(queries, shareOfFilters, k, foundRows, foundScores));
        }
    }

    [Fact]
    public void MoreQueriesThanABlockAreSharedOutByRows()
    {
        const int dimension = 4, rows = 2_000, queryCount = 1_100, k = 3, threads = 20;
        var random = new Random(6);
        using Catalogue catalogue = Build(Vectors.Rows("duplicates", random, rows, dimension), dimension);
        float[] queries = Vectors.Uniform(random, queryCount * dimension), scores = new float[queryCount * k];
        int[] found = new int[queryCount * k];
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), threads);
        Assert.Equal(threads, searcher.Threads);
        Assert.Equal((long)rows * queryCount, searcher.Search(queries, [], k, found, scores).Scanned);
        (int[] expectedRows, float[] expectedScores) = Reference(catalogue, queries, [], k);
        Assert.Equal(expectedRows, found);
        Assert.Equal(expectedScores, scores);
    }

    [Theory, InlineData(0), InlineData(128)] // the caller's range, a worker's
    public void AShareThatThrowsEndsTheSearchAndTheNextOneIsAnswered(int failingRow)
    {
        var random = new Random(1);
        using Catalogue catalogue = Build(Vectors.Uniform(random, 192 * 16), 16);
        var kernel = new ThrowingProbe { FailingRow = failingRow };
        using var searcher = new RowSearcher(catalogue, kernel, 3);
        float[] queries = Vectors.Uniform(random, 5 * 16), scores = new float[5 * 10];
        int[] rows = new int[5 * 10];
        Assert.Equal("refused", Assert.Throws<InvalidOperationException>(() => searcher.Search(queries, [], 10, rows, scores)).Message);
        kernel.FailingRow = -1;
        searcher.Search(queries, [], 10, rows, scores);
        Assert.Equal(Reference(catalogue, queries, [], 10).Rows, rows);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void ASearchAllocatesNothingOnAnyOfItsThreads(int threads)
    {
        var random = new Random(1);
        using Catalogue catalogue = Build(Vectors.Uniform(random, 1_000 * 16), 16);
        var kernel = new AllocationProbe();
        using var searcher = new RowSearcher(catalogue, kernel, threads);
        float[] queries = Vectors.Uniform(random, 4 * 16), scores = new float[4 * 10];
        int[] rows = new int[4 * 10];
        Assert.Equal(0, AllocatedBytes.LeastOf(() =>
        {
            kernel.Reset();
            for (int i = 0; i < 200; i++) searcher.Search(queries, [], 10, rows, scores);
            Assert.InRange(kernel.Allocated.Count(), threads, threads + 1); // which worker rests depends on where the caller runs
            return kernel.Allocated.Sum();
        }));
    }

    [SkippableTheory, InlineData(true), InlineData(false)]
    public void PinnedWorkersStayOnProcessorsOfTheirOwn(bool pin)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are pinned on Linux only");
        int[] allowed = CpuAffinity.Allowed();
        Skip.If(allowed.Length < 2, "this process may use one processor only");
        using Catalogue catalogue = Build(Vectors.Uniform(new Random(1), 1_000 * 16), 16);
        var kernel = new AffinityProbe();
        using var searcher = new RowSearcher(catalogue, kernel, threads: 2, pin);
        Assert.Equal(pin, searcher.IsPinned);
        for (int i = 0; i < 50; i++) searcher.Search(new float[16], [], 1, new int[1], new float[1]);
        Assert.All(kernel.Workers, processors => Assert.True(pin ? processors.Length == 1 && allowed.Contains(processors[0]) : processors.SequenceEqual(allowed)));
        Assert.Equal(pin, kernel.Workers.Any(processors => processors.Length == 1));
        Assert.Equal(allowed, CpuAffinity.Allowed()); // the caller is left alone
    }

    [Fact]
    public void MoreThreadsThanProcessorsAreNotPinned()
    {
        using Catalogue catalogue = Build(new float[64 * 64], 1);
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), 64);
        Assert.Equal(CpuAffinity.Allowed().Length >= 64, searcher.IsPinned);
    }

    [Theory, InlineData(2), InlineData(3), InlineData(7)]
    public void RangesBeginAtMultiplesOf64AndCoverEveryRow(int threads)
    {
        using Catalogue catalogue = Build(new float[1_000], 1);
        var kernel = new RangeProbe();
        using var searcher = new RowSearcher(catalogue, kernel, threads);
        searcher.Search([1], [], 1, new int[1], new float[1]);
        (int First, int Count)[] ranges = [.. kernel.Ranges.Order()];
        Assert.Equal(threads, ranges.Length);
        int next = 0;
        foreach ((int first, int count) in ranges)
        {
            Assert.Equal((next, 0), (first, first % 64));
            next += count;
        }
        Assert.Equal(1_000, next);
    }

    [Fact]
    public void ABadRequestThrowsAndTheNextOneIsAnswered()
    {
        var random = new Random(1);
        using Catalogue catalogue = Build(Vectors.Uniform(random, 1_000 * 16), 16);
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), 3);
        float[] queries = Vectors.Uniform(random, 16), scores = new float[10];
        int[] rows = new int[10];
        Assert.Throws<ArgumentException>(() => searcher.Search(queries, [], 0, rows, scores));
        Assert.Throws<ArgumentException>(() => searcher.Search(queries, [], 9, rows, scores));
        Assert.Throws<ArgumentException>(() => searcher.Search([float.NaN, .. queries[1..]], [], 10, rows, scores));
        Assert.Throws<ArgumentException>(() => searcher.Search(queries, new ulong[3], 10, rows, scores));
        searcher.Search(queries, [], 10, rows, scores);
        Assert.Equal(Reference(catalogue, queries, [], 10).Rows, rows);
    }

    [Fact]
    public async Task SearchesOfManyThreadsDoNotDisturbEachOther()
    {
        var random = new Random(1);
        using Catalogue catalogue = Build(Vectors.Uniform(random, 1_000 * 16), 16);
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), 2);
        float[][] queries = [.. Enumerable.Range(0, 4).Select(_ => Vectors.Uniform(random, 16))];
        int[][] expected = [.. queries.Select(query => Reference(catalogue, query, [], 10).Rows)];
        await Task.WhenAll(queries.Select((query, caller) => Task.Run(() =>
        {
            int[] rows = new int[10];
            float[] scores = new float[10];
            for (int i = 0; i < 200; i++)
            {
                searcher.Search(query, [], 10, rows, scores);
                Assert.Equal(expected[caller], rows);
            }
        })));
    }

    [Fact]
    public void ADisposedSearcherOrAThreadCountOutOfRangeIsRefused()
    {
        using Catalogue catalogue = Build(new float[64], 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowSearcher(catalogue, ScanKernels.Pick(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowSearcher(catalogue, ScanKernels.Pick(), RowSearcher.ThreadsMax + 1));
        var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), 8);
        Assert.Equal(1, searcher.Threads); // one block of 64 rows
        searcher.Dispose();
        searcher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => searcher.Search([1], [], 1, new int[1], new float[1]));
    }

    private Catalogue Build(float[] vectors, int dimension)
    {
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, vectors, dimension);
        return Catalogue.Open(path);
    }

    private static (int[] Rows, float[] Scores) Reference(Catalogue catalogue, float[] queries, ulong[] allowed, int k)
    {
        int count = queries.Length / catalogue.Dimension * k;
        int[] rows = new int[count];
        float[] scores = new float[count];
        var request = new ScanRequest { Items = catalogue.Items, Queries = queries, Allowed = allowed, K = k, RowCount = catalogue.Rows };
        new ScanScalar().Scan(request, new ScanWorkspace(), rows, scores);
        return (rows, scores);
    }

    /// <summary>Notes the ranges that are scanned.</summary>
    private sealed class RangeProbe : IScanKernel
    {
        public ConcurrentBag<(int First, int Count)> Ranges { get; } = [];

        public string Name => "probe";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            Ranges.Add((request.FirstRow, request.RowCount));
            rows.Fill(-1);
            scores.Fill(float.NegativeInfinity);
            return default;
        }
    }

    /// <summary>Notes which processors the worker threads may run on.</summary>
    private sealed class AffinityProbe : IScanKernel
    {
        private readonly Thread _caller = Thread.CurrentThread;

        public ConcurrentBag<int[]> Workers { get; } = [];

        public string Name => "probe";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            if (Thread.CurrentThread != _caller) Workers.Add(CpuAffinity.Allowed());
            rows.Fill(-1);
            scores.Fill(float.NegativeInfinity);
            return default;
        }
    }

    /// <summary>Throws for one range of rows.</summary>
    private sealed class ThrowingProbe : IScanKernel
    {
        private readonly IScanKernel _kernel = ScanKernels.Pick();

        public int FailingRow { get; set; }

        public string Name => "probe";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
            _kernel.Scan(request, workspace, rows, scores);

        public ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace)
        {
            ScanStatistics statistics = _kernel.Collect(range, workspace);
            return range.FirstRow == FailingRow ? throw new InvalidOperationException("refused") : statistics;
        }
    }

    /// <summary>Notes, for every thread, what it has allocated between its first scan and its last.</summary>
    private sealed class AllocationProbe : IScanKernel
    {
        private readonly IScanKernel _kernel = ScanKernels.Pick();
        private ThreadLocal<long[]> _marks = Marks();

        public string Name => "probe";

        public IEnumerable<long> Allocated => _marks.Values.Select(mark => mark[1] - mark[0]);

        public void Reset() => _marks = Marks();

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
            Marked(_kernel.Scan(request, workspace, rows, scores));

        public ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace) => Marked(_kernel.Collect(range, workspace));

        private ScanStatistics Marked(ScanStatistics statistics)
        {
            long[] mark = _marks.Value!;
            mark[1] = GC.GetAllocatedBytesForCurrentThread();
            if (mark[0] == 0) mark[0] = mark[1];
            return statistics;
        }

        private static ThreadLocal<long[]> Marks() => new(() => new long[2], trackAllValues: true);
    }
}
