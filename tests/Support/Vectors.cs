namespace Rubato.Tests.Support;

/// <summary>Seeded rows for similarity tests.</summary>
public static class Vectors
{
    /// <summary>Names of the row families of <see cref="Rows"/>, friendly and hostile.</summary>
    public static readonly string[] Families =
        ["uniform", "unit", "constant", "duplicates", "huge", "overflowing", "denormal", "dominant", "alternating", "zero", "mixed-norms", "clustered"];

    /// <summary>Every name with every family, as test arguments.</summary>
    public static TheoryData<string, string> WithFamilies(IEnumerable<string> names)
    {
        var data = new TheoryData<string, string>();
        foreach (string name in names)
            foreach (string family in Families)
                data.Add(name, family);
        return data;
    }

    /// <summary>Values from −1 to 1.</summary>
    public static float[] Uniform(Random random, int count)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = random.NextSingle() * 2 - 1;
        return values;
    }

    /// <summary>Directions spread evenly, length 1.</summary>
    public static float[] Unit(Random random, int rows, int dimension)
    {
        float[] values = new float[rows * dimension];
        for (int row = 0; row < rows; row++)
        {
            double sum = 0;
            Span<float> vector = values.AsSpan(row * dimension, dimension);
            foreach (ref float value in vector)
            {
                value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
                sum += value * value;
            }
            foreach (ref float value in vector)
                value = (float)(value / Math.Sqrt(sum));
        }
        return values;
    }

    /// <summary>[rows, dimension] of one family.</summary>
    public static float[] Rows(string family, Random random, int rows, int dimension)
    {
        float[] values = Uniform(random, rows * dimension);
        float[] first = values[..dimension];
        for (int row = 0; row < rows; row++)
        {
            float factor = MathF.Pow(10, random.NextSingle() * 8 - 4);
            Span<float> vector = values.AsSpan(row * dimension, dimension);
            for (int c = 0; c < dimension; c++)
                vector[c] = family switch
                {
                    "uniform" => vector[c],
                    "unit" => vector[c] / MathF.Sqrt(dimension / 3f),
                    "constant" => 0.1f,
                    "duplicates" => first[c] * (1 + row % 3),
                    "huge" => vector[c] * 1e17f,
                    "overflowing" => vector[c] * 3e38f,
                    "denormal" => vector[c] * 1e-41f,
                    "dominant" => c == 0 ? 1000 + row % 7 : vector[c] * 0.01f,
                    "alternating" => (c % 2 == 0 ? 1 : -1) * (1 + 1e-6f * vector[c]),
                    "zero" => row % 2 == 0 ? 0 : vector[c],
                    "mixed-norms" => vector[c] * factor,
                    "clustered" => first[c] + 1e-3f * vector[c],
                    _ => throw new ArgumentException(family),
                };
        }
        return values;
    }

    /// <summary>The largest Euclidean norm of the rows, rounded up.</summary>
    public static float NormMax(ReadOnlySpan<float> values, int dimension)
    {
        double largest = 0;
        for (int first = 0; first < values.Length; first += dimension)
        {
            double sum = 0;
            foreach (float value in values.Slice(first, dimension))
                sum += (double)value * value;
            largest = Math.Max(largest, sum);
        }
        return MathF.BitIncrement((float)Math.Sqrt(largest));
    }

    /// <summary>A bitmap of [⌈rows/64⌉] words with about this share of bits set.</summary>
    public static ulong[] Filter(Random random, int rows, double share)
    {
        ulong[] words = new ulong[(rows + 63) / 64];
        for (int row = 0; row < rows; row++)
            if (random.NextDouble() < share)
                words[row / 64] |= 1ul << row;
        return words;
    }
}
