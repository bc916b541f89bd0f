using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Ptx;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The scan of a device, its kernels run by the PTX interpreter: rows and scores are the reference's, to the bit.</summary>
public sealed class DeviceScanTests
{
    private static readonly string[] Kinds = ["int8", "fp16", "fp32"];

    /// <summary>Families whose bounds hold and separate: the device has to answer by itself.</summary>
    private static readonly string[] Friendly = ["uniform", "unit", "huge", "dominant", "mixed-norms", "clustered"];

    public static TheoryData<string, string> KindsAndFamilies => Vectors.WithFamilies(Kinds);

    public static TheoryData<string> AllKinds => [.. Kinds];

    [Theory, MemberData(nameof(KindsAndFamilies))]
    public void FindsWhatTheReferenceFinds(string kind, string family)
    {
        var random = new Random(5);
        foreach ((int rows, int dimension, int queries, int k) in (ReadOnlySpan<(int, int, int, int)>)[(1, 1, 1, 1), (70, 3, 2, 100), (300, 65, 1, 10), (517, 32, 3, 7)])
        {
            float[] values = Vectors.Rows(family, random, rows, dimension), asked = Vectors.Rows(family, random, queries, dimension);
            int passedOn = Check(kind, values, asked, dimension, k);
            if (Friendly.Contains(family)) Assert.Equal(0, passedOn);
        }
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void EveryTailOfRowsAndDimensionsIsRight(string kind)
    {
        var random = new Random(6);
        foreach (int dimension in (ReadOnlySpan<int>)[1, 2, 3, 4, 7, 8, 9, 15, 16, 31, 33, 63, 64, 66, 127, 128, 130])
            foreach (int rows in (ReadOnlySpan<int>)[1 + random.Next(16), 15, 64, 65 + random.Next(128)])
                Assert.Equal(0, Check(kind, Vectors.Unit(random, rows, dimension + 1)[..(rows * dimension)], Vectors.Uniform(random, 2 * dimension), dimension, 5));
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void EveryTailOfQueriesIsRight(string kind)
    {
        var random = new Random(7);
        float[] values = Vectors.Uniform(random, 200 * 20);
        foreach (int queries in (ReadOnlySpan<int>)[1, 2, 7, 8, 9, 33, 63, 64, 65, 100])
            Assert.Equal(0, Check(kind, values, Vectors.Uniform(random, queries * 20), 20, 3));
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void TheBarRisesFromRangeToRange(string kind)
    {
        var random = new Random(8);
        float[] values = Vectors.Uniform(random, 40_000 * 8);
        Assert.Equal(0, Check(kind, values, Vectors.Uniform(random, 8), 8, 10)); // three ranges: 4,096 rows, 28,672 and the rest
        Assert.Equal(0, Check(kind, values[..(9_000 * 8)], Vectors.Uniform(random, 3 * 8), 8, 100));
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void FiltersAndRangesAreKept(string kind)
    {
        var random = new Random(9);
        const int Rows = 6_000, Dimension = 8;
        float[] values = Vectors.Uniform(random, Rows * Dimension), queries = Vectors.Uniform(random, 3 * Dimension);
        foreach (double share in (ReadOnlySpan<double>)[0, 0.001, 0.02, 0.5, 1])
        {
            Check(kind, values, queries, Dimension, 20, Vectors.Filter(random, Rows, share));
            ulong[] own = [.. Vectors.Filter(random, Rows, share), .. Vectors.Filter(random, Rows, 0.5), .. Vectors.Filter(random, Rows, 0.1)];
            Check(kind, values, queries, Dimension, 20, own, firstRow: 128, rowCount: 4_999);
        }
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void RowsInAscendingOrderOfScoreGoToTheFallback(string kind)
    {
        float[] values = [.. Enumerable.Range(0, 40_000).Select(row => 1 + row / 40_000f)];
        Assert.Equal(1, Check(kind, values, [1], 1, 10)); // every row beats the bar: more survive than there is room for
    }

    /// <returns>queries that the fallback had to answer</returns>
    private static int Check(string kind, float[] values, float[] queries, int dimension, int k, ulong[]? allowed = null, int firstRow = 0, int? rowCount = null)
    {
        using var quantised = new QuantisedArrays(values, dimension);
        ItemMatrix items = quantised.Matrix(values, Vectors.NormMax(values, dimension));
        var request = new ScanRequest { Items = items, Queries = queries, K = k, FirstRow = firstRow, RowCount = rowCount ?? items.Rows, Allowed = allowed };
        int length = request.QueryCount * k;
        int[] rows = new int[length], expectedRows = new int[length];
        float[] scores = new float[length], expectedScores = new float[length];
        new ScanScalar().Scan(request, new ScanWorkspace(), expectedRows, expectedScores);
        using DeviceRows resident = DeviceRowsOf(kind, new PtxDevice(backwards: request.QueryCount % 2 == 0), items);
        var fallback = new CountingScan();
        new DeviceScan(resident, fallback).Scan(request, new ScanWorkspace(), rows, scores);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores.Select(BitConverter.SingleToInt32Bits), scores.Select(BitConverter.SingleToInt32Bits));
        return fallback.Queries;
    }

    private static DeviceRows DeviceRowsOf(string kind, PtxDevice device, in ItemMatrix items) => kind switch
    {
        "int8" => new DeviceRowsInt8(device, items),
        "fp16" => new DeviceRowsHalf(device, items),
        _ => new DeviceRowsSingle(device, items),
    };

    /// <summary>The reference, counting the queries that are passed on to it.</summary>
    private sealed class CountingScan : IScanKernel
    {
        private readonly ScanScalar _scalar = new();

        public int Queries { get; private set; }

        public string Name => "counting";

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            Queries += request.QueryCount;
            return _scalar.Scan(request, workspace, rows, scores);
        }
    }
}
