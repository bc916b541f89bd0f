namespace Rubato;

/// <summary>Seeded rows and queries on which variants are compared: random ones, and those that are hard to get right.</summary>
internal sealed class CheckData
{
    private CheckData(string name, int rows, int dimension, int queries, Func<Random, int, int, float> value)
    {
        var random = new Random(20_260_801 + dimension);
        Name = name;
        Dimension = dimension;
        Values = new float[rows * dimension];
        Queries = new float[queries * dimension];
        for (int i = 0; i < Values.Length; i++) Values[i] = value(random, i / dimension, i % dimension);
        for (int row = 0; row < rows; row++) NormMax = Math.Max(NormMax, RowNorm.UpperBound(Values.AsSpan(row * dimension, dimension)));
        for (int i = 0; i < Queries.Length; i++) Queries[i] = value(random, i / dimension, i % dimension);
    }

    public string Name { get; }

    public int Dimension { get; }

    /// <summary>[rows, dimension].</summary>
    public float[] Values { get; }

    /// <summary>[queries, dimension].</summary>
    public float[] Queries { get; }

    /// <summary>Upper bound of the norm of every row.</summary>
    public float NormMax { get; }

    public int Rows => Values.Length / Dimension;

    public int QueryCount => Queries.Length / Dimension;

    /// <summary>The sets of the comparison.</summary>
    public static IEnumerable<CheckData> ForComparison()
    {
        foreach (int dimension in (int[])[1, 7, 64, 100, 128, 257])
        {
            yield return new("random", 5000, dimension, 9, (random, _, _) => random.NextSingle() - 0.5f);
            yield return new("norms from tiny to huge", 3000, dimension, 3, (random, row, _) => (random.NextSingle() - 0.5f) * MathF.Pow(10, row % 31 - 15));
            yield return new("one dominant coordinate", 3000, dimension, 3, (random, _, column) => (random.NextSingle() - 0.5f) * (column == 0 ? 1000 : 1));
            yield return new("every row many times", 3000, dimension, 3, (_, row, column) => (row % 5 + 1) * ((column * 7 + 3) % 11 - 5));
            yield return new("denormals", 2000, dimension, 2, (random, _, _) => (random.NextSingle() - 0.5f) * 1e-38f);
        }
    }

    /// <summary>Rows that fit no second-level cache, for throughput.</summary>
    public static CheckData ForThroughput() => new("random", 131_072, 128, 1, (random, _, _) => random.NextSingle() - 0.5f);
}
