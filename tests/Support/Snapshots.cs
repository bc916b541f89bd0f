namespace Rubato.Tests.Support;

/// <summary>Small seeded catalogues for tests.</summary>
internal static class Snapshots
{
    public static readonly DateTimeOffset Created = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Unique ids with gaps, in no order.</summary>
    public static long[] Ids(Random random, int rows)
    {
        var ids = new HashSet<long>();
        while (ids.Count < rows) ids.Add(random.NextInt64());
        return [.. ids];
    }

    /// <summary>A third of the tracks explicit, a third restricted to some of the markets (the first to all), licensors 0 to 4, one of them large.</summary>
    public static TrackColumns Columns(Random random, int rows, params string[] markets)
    {
        var columns = new TrackColumns(rows);
        for (int row = 0; row < rows; row++)
        {
            columns.Licensors[row] = (uint)Math.Max(0, random.Next(8) - 3);
            columns.SetExplicit(row, random.Next(3) == 0);
            columns.ReleaseDays[row] = random.Next(2) == 0 ? TrackColumns.ReleaseDayUnknown : random.Next(-9_000, 20_000);
            if (markets.Length != 0 && random.Next(3) == 0) columns.SetMarkets(row, [.. markets.Where(_ => random.Next(3) == 0)]);
        }
        if (markets.Length != 0) columns.SetMarkets(0, markets); // the market table is complete, whatever the seed
        return columns;
    }

    public static string Write(TemporaryFolder folder, int seed, int rows, int dimension, string name = "c.rbt")
    {
        var random = new Random(seed);
        string path = folder.File(name);
        CatalogueBuilder.Build(path, Vectors.Uniform(random, rows * dimension), dimension, Ids(random, rows), Columns(random, rows, "DE", "FR", "US"), Created);
        return path;
    }
}
