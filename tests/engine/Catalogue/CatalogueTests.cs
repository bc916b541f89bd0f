using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class CatalogueTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1, 1, 1), InlineData(2, 63, 5), InlineData(3, 64, 16), InlineData(4, 1_000, 33)]
    public void WhatWasBuiltIsReadBack(int seed, int rows, int dimension)
    {
        var random = new Random(seed);
        float[] vectors = Vectors.Uniform(random, rows * dimension);
        long[] ids = Snapshots.Ids(random, rows);
        TrackColumns columns = Snapshots.Columns(random, rows, "US", "DE", "FR", "AT");
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, vectors, dimension, ids, columns, Snapshots.Created);

        using Catalogue catalogue = Catalogue.Open(path);
        Assert.Equal((rows, dimension, path, new FileInfo(path).Length), (catalogue.Rows, catalogue.Dimension, catalogue.Path, catalogue.Bytes));
        Assert.Equal(Snapshots.Created, catalogue.Created);
        Assert.Equal(Snapshots.Created.ToUnixTimeMilliseconds() * 1000, catalogue.Generation);
        Assert.Equal(vectors, catalogue.Items.Values.ToArray());
        Assert.Equal(ids, catalogue.TrackIds.ToArray());
        Assert.Equal(columns.Licensors.ToArray(), catalogue.Attributes.Licensors.ToArray());
        Assert.Equal(columns.ReleaseDays.ToArray(), catalogue.Attributes.ReleaseDays.ToArray());
        Assert.Equal(columns.Flags.ToArray(), Enumerable.Range(0, rows).Select(row => catalogue.Attributes.IsExplicit(row) ? (byte)1 : (byte)0));
        Assert.Equal(catalogue.Attributes.Markets, catalogue.Attributes.Markets.Order(StringComparer.Ordinal));
        catalogue.Verify();
        for (int row = 0; row < rows; row++)
        {
            double norm = Math.Sqrt(vectors.AsSpan(row * dimension, dimension).ToArray().Sum(value => (double)value * value));
            Assert.True(norm <= catalogue.Items.NormMax);
        }
    }

    [Theory, InlineData(1, 1), InlineData(2, 100), InlineData(3, 35_648)]
    public void EveryIdLeadsToItsRowAndNoOtherIdToAny(int seed, int rows)
    {
        var random = new Random(seed);
        long[] ids = Snapshots.Ids(random, rows);
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, new float[rows], 1, ids);
        using Catalogue catalogue = Catalogue.Open(path);
        int[] found = new int[rows];
        catalogue.RowsOf(ids, found);
        Assert.Equal(Enumerable.Range(0, rows), found);
        for (int row = 0; row < rows; row++) Assert.Equal(row, catalogue.RowOf(ids[row]));
        var known = ids.ToHashSet();
        foreach (long id in Snapshots.Ids(random, 10_000).Concat([-1, long.MinValue, long.MaxValue, 0, rows]))
            Assert.Equal(known.Contains(id) ? Array.IndexOf(ids, id) : -1, catalogue.RowOf(id));
    }

    [Fact]
    public void RowNumbersAsIdsNeedNoTable()
    {
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, new float[100], 1);
        using Catalogue catalogue = Catalogue.Open(path);
        int[] rows = new int[5];
        catalogue.RowsOf([0, 99, 100, -1, long.MinValue], rows);
        Assert.Equal([0, 99, -1, -1, -1], rows);
    }

    [Fact]
    public void LookUpsAllocateNothing()
    {
        using Catalogue catalogue = Catalogue.Open(Snapshots.Write(_folder, seed: 5, rows: 500, dimension: 2));
        long[] ids = catalogue.TrackIds.ToArray();
        int[] rows = new int[ids.Length];
        ulong[] allowed = new ulong[catalogue.Filters.Words];
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                catalogue.RowsOf(ids, rows);
                catalogue.Filters.Fill(catalogue.Filters.MarketIndex("DE"u8), false, [1, 2], allowed);
                _ = catalogue.Items;
            }
        }));
    }

    [Fact]
    public void AReplacedFileLeavesTheOpenOneUnchanged()
    {
        string path = Snapshots.Write(_folder, seed: 1, rows: 70, dimension: 3);
        using Catalogue old = Catalogue.Open(path);
        float[] values = old.Items.Values.ToArray();
        Snapshots.Write(_folder, seed: 2, rows: 90, dimension: 4);
        using Catalogue replaced = Catalogue.Open(path);
        Assert.Equal((70, 90), (old.Rows, replaced.Rows));
        Assert.Equal(values, old.Items.Values.ToArray());
    }

    [Fact]
    public void ADisposedCatalogueThrowsInsteadOfReadingUnmappedMemory()
    {
        Catalogue catalogue = Catalogue.Open(Snapshots.Write(_folder, seed: 1, rows: 10, dimension: 2));
        catalogue.Dispose();
        catalogue.Dispose();
        Assert.Throws<ObjectDisposedException>(() => catalogue.Items.Rows);
        Assert.Throws<ObjectDisposedException>(() => catalogue.RowOf(1));
        Assert.Throws<ObjectDisposedException>(() => catalogue.Attributes.Licensors.Length);
    }
}
