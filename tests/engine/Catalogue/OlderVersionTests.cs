using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Snapshots written by older versions of the builder, kept as they were.</summary>
public sealed class OlderVersionTests
{
    private const int Rows = 70, Dimension = 5;

    /// <summary>Format 1.0, before the int8 copy: opened, verified and searched in fp32 by every variant.</summary>
    [Fact]
    public void Version1IsReadAndSearched()
    {
        using Catalogue catalogue = Catalogue.Open(Path.Combine(TestData.RepositoryRoot(), "tests", "engine", "Catalogue", "Golden", "version1.rbt"));
        catalogue.Verify();
        Assert.Equal((Rows, Dimension, false), (catalogue.Rows, catalogue.Dimension, catalogue.IsQuantised));
        float[] vectors = [.. Enumerable.Range(0, Rows * Dimension).Select(i => ((((i / Dimension * 7) + (i % Dimension * 3)) % 11) - 5) / 4f)];
        Assert.Equal(vectors, catalogue.Items.Values.ToArray());
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => 1000L + (3 * row)), catalogue.TrackIds.ToArray());
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (uint)row % 4), catalogue.Attributes.Licensors.ToArray());
        Assert.Equal(["DE"], catalogue.Attributes.Markets);
        float[] query = [1, -2, 3, -4, 5];
        int[] expected = [.. Enumerable.Range(0, Rows)
            .OrderByDescending(row => Enumerable.Range(0, Dimension).Sum(c => query[c] * vectors[(row * Dimension) + c])).Take(12)];
        foreach (var variant in ScanKernels.Variants.Where(variant => variant.Available))
        {
            using var searcher = new RowSearcher(catalogue, variant.Kernel!);
            int[] rows = new int[12];
            searcher.Search(query, [], 12, rows, new float[12]);
            Assert.Equal(expected, rows);
        }
    }
}
