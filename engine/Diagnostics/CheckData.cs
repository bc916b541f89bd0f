using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Seeded rows and queries on which variants are compared: random ones, and those that are hard to get right.</summary>
internal sealed class CheckData
{
    private readonly QuantisedPiece _copy;

    /// <param name="name">what is hard about the values</param> <param name="rows">number of rows</param>
    /// <param name="dimension">values per row</param> <param name="queries">number of queries</param>
    /// <param name="value">random numbers, row, column → value, for rows and then for queries</param>
    public CheckData(string name, int rows, int dimension, int queries, Func<Random, int, int, float> value)
    {
        var random = new Random(20_260_801 + dimension);
        Name = name;
        Dimension = dimension;
        Values = new float[rows * dimension];
        Queries = new float[queries * dimension];
        for (int i = 0; i < Values.Length; i++) Values[i] = value(random, i / dimension, i % dimension);
        for (int row = 0; row < rows; row++) NormMax = Math.Max(NormMax, RowNorm.UpperBound(Values.AsSpan(row * dimension, dimension)));
        for (int i = 0; i < Queries.Length; i++) Queries[i] = value(random, i / dimension, i % dimension);
        _copy = new QuantisedPiece(rows, dimension);
        _copy.Fill(Values);
    }

    public string Name { get; }

    public int Dimension { get; }

    /// <summary>[rows, dimension].</summary>
    public float[] Values { get; }

    /// <summary>[queries, dimension].</summary>
    public float[] Queries { get; }

    /// <summary>Upper bound of the norm of every row.</summary>
    public float NormMax { get; }

    /// <summary>One bit per row, by query or for all of them; empty allows every row.</summary>
    public ulong[] Allowed { get; private init; } = [];

    public int Rows => Values.Length / Dimension;

    public int QueryCount => Queries.Length / Dimension;

    /// <summary>The rows with their int8 copy.</summary>
    public ItemMatrix Items => new(Values, Dimension, NormMax, _copy.Rows);

    /// <summary>The sets of the comparison.</summary>
    public static IEnumerable<CheckData> ForComparison()
    {
        yield return new("more queries than a block of a device takes", 3000, 200, 130, (random, _, _) => Centred(random));
        foreach (int dimension in (int[])[1, 7, 64, 100, 128, 257])
        {
            yield return new("random", 5000, dimension, 9, (random, _, _) => Centred(random));
            yield return new("rows that some queries may have", 5000, dimension, 9, (random, _, _) => Centred(random)) { Allowed = Filters(5000, 9) };
            yield return new("rows that no query may have", 3000, dimension, 3, (random, _, _) => Centred(random)) { Allowed = Filters(3000, 1) };
            yield return new("norms from tiny to huge", 3000, dimension, 3, (random, row, _) => Centred(random) * MathF.Pow(10, (row % 31) - 15));
            yield return new("norms near the end of fp32", 2000, dimension, 3, (random, row, _) => Centred(random) * (row % 16 == 0 ? 1e37f : 1e17f));
            yield return new("one dominant coordinate", 3000, dimension, 3, (random, _, column) => Centred(random) * (column == 0 ? 1000 : 1));
            yield return new("constant rows", 2000, dimension, 3, (_, row, _) => 0.1f * ((row % 9) - 4));
            yield return new("every row many times", 9000, dimension, 3, (_, row, column) => ((row % 5) + 1) * (((column * 7) + 3) % 11 - 5));
            yield return new("mostly zeros", 3000, dimension, 3, (random, row, _) => row % 40 == 1 ? Centred(random) : 0);
            yield return new("closer than a code", 3000, dimension, 3, (random, _, column) => (column % 2 == 0 ? 1 : -1) * (1 + (1e-5f * Centred(random))));
            yield return new("denormals", 2000, dimension, 2, (random, _, _) => Centred(random) * 1e-38f);
        }
    }

    /// <summary>Rows that fit no second-level cache, in fp32 or int8, and a batch of queries, for throughput.</summary>
    public static CheckData ForThroughput(int queries) => new("random", 131_072, 128, queries, (random, _, _) => Centred(random));

    /// <summary>[filters, ⌈rows/64⌉] three rows of four: too many to be fetched one by one.</summary>
    private static ulong[] Filters(int rows, int filters)
    {
        var random = new Random(rows);
        ulong[] words = new ulong[filters * ScanRequest.FilterWords(rows)];
        for (int i = 0; i < words.Length; i++) words[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue) | (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        return words;
    }

    private static float Centred(Random random) => random.NextSingle() - 0.5f;
}
