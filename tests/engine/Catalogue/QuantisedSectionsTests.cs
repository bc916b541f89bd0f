using System.Buffers.Binary;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>The int8 copy in a snapshot: what is written, what opening refuses, what verifying finds.</summary>
public sealed class QuantisedSectionsTests : IDisposable
{
    private const int Codes = 7, Blocks = 8; // places in the section table
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1, 1, 1), InlineData(2, 64, 64), InlineData(3, 65, 65), InlineData(4, 20_001, 33), InlineData(5, 300, 1000)]
    public void TheCopyIsThatOfAllRowsAtOnce(int seed, int rows, int dimension)
    {
        float[] vectors = Vectors.Uniform(new Random(seed), rows * dimension);
        using Catalogue catalogue = Build(vectors, dimension);
        using var expected = new QuantisedArrays(vectors, dimension);
        QuantisedRows found = catalogue.Items.Quantised;
        Assert.Equal((rows, dimension), (found.Rows, found.Dimension));
        Assert.True(found.Codes.SequenceEqual(expected.Rows.Codes));
        Assert.True(found.Blocks.SequenceEqual(expected.Rows.Blocks));
        catalogue.Verify();
    }

    [Fact]
    public void RowsOfZerosAreQuantisedToZeros()
    {
        float[] vectors = [.. new float[3 * 40], .. Vectors.Uniform(new Random(1), 2 * 40)];
        using Catalogue catalogue = Build(vectors, 40);
        Assert.Equal(-1, catalogue.Items.Quantised.Codes[..(3 * 64)].IndexOfAnyExcept(QuantisedRows.ZeroCode));
        catalogue.Verify();
        Assert.Equal(Search(catalogue, ScanKernels.Pick("scalar")), Search(catalogue, ScanKernels.Pick("scalar-int8")));
    }

    [Theory, InlineData(1, 33_554_368, true), InlineData(1, 33_554_369, false), InlineData(4096, 524_224, true), InlineData(4096, 524_225, false),
        InlineData(1, CatalogueBuilder.RowsMax, false)]
    public void TheLimitIsTheLargestSpan(int dimension, int rows, bool fits) => Assert.Equal(fits, QuantisedSections.Fits(rows, dimension));

    [Fact]
    public void ACatalogueWithoutTheCopyGivesTheSameAnswers()
    {
        float[] vectors = Vectors.Uniform(new Random(1), 200 * 20);
        using Catalogue with = Build(vectors, 20), without = Build(vectors, 20, quantised: false);
        Assert.Equal((true, false), (with.IsQuantised, without.IsQuantised));
        Assert.Equal(0, without.Items.Quantised.Rows);
        without.Verify();
        foreach (var variant in ScanKernels.Variants.Where(variant => variant.Available))
            Assert.Equal(Search(with, variant.Kernel!), Search(without, variant.Kernel!));
    }

    [Fact]
    public void EveryDamagedByteIsFound()
    {
        byte[] whole = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        for (int at = 0; at < whole.Length; at++)
        {
            whole[at] ^= (byte)(1 << (at & 7));
            Refused(whole);
            whole[at] ^= (byte)(1 << (at & 7));
        }
    }

    [Theory]
    [InlineData(Codes, "section QuantisedCodes: missing")]
    [InlineData(Blocks, "section QuantisedBlocks: missing")]
    public void APartOfTheCopyAloneIsRefused(int place, string problem)
    {
        byte[] file = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64 + (place * SectionEntry.EntryBytes)), 99);
        Assert.Contains(problem, Refused(SnapshotBytes.Sealed(file)));
    }

    [Theory]
    [InlineData(0, 0f, "row 0: scale 0")]
    [InlineData(3, float.NaN, "row 16: scale NaN")]
    [InlineData(9, float.PositiveInfinity, "row 48: scale")]
    [InlineData(1, float.NaN, "bounds NaN and")]
    [InlineData(2, -1f, "and -1 (expected a positive number and numbers from 0 on)")]
    public void NumbersThatNoScanMayMeetAreNamed(int index, float value, string problem)
    {
        string message = Refused(Changed(Blocks, section => BinaryPrimitives.WriteSingleLittleEndian(section[(4 * index)..], value)));
        Assert.Contains("section QuantisedBlocks, row ", message);
        Assert.Contains(problem, message);
    }

    [Theory]
    [InlineData(Codes, 2 * 64, "section QuantisedCodes, row 2: not what the vectors give")]
    [InlineData(Codes, 63 * 64, "section QuantisedCodes, row 63: not what")]
    [InlineData(Blocks, 0, "section QuantisedBlocks, row 0: not what")]
    [InlineData(Blocks, 4, "section QuantisedBlocks, row 0: not what")]
    [InlineData(Blocks, 12, "section QuantisedBlocks, row 16: not what")]
    public void VerifyFindsACopyThatIsNotThatOfTheVectors(int place, int at, string problem)
    {
        byte[] file = Changed(place, section => section[at] ^= 1); // the lowest bit: still a number that opening takes
        using Catalogue catalogue = Catalogue.Open(_folder.Write("x.rbt", file));
        Assert.Contains(problem, Assert.Throws<CatalogueException>(catalogue.Verify).Message);
    }

    private byte[] Changed(int place, Action<Span<byte>> change)
        => SnapshotBytes.WithSection(File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3)), place, change);

    private string Refused(byte[] file)
    {
        string path = _folder.Write("x.rbt", file);
        return Assert.Throws<CatalogueException>(() => Catalogue.Open(path)).Message;
    }

    private Catalogue Build(float[] vectors, int dimension, bool quantised = true)
    {
        string path = _folder.File($"{quantised}.rbt");
        CatalogueBuilder.Build(path, vectors, dimension, quantised: quantised);
        return Catalogue.Open(path);
    }

    private static IEnumerable<(int Row, float Score)> Search(Catalogue catalogue, IScanKernel kernel)
    {
        int[] rows = new int[10];
        float[] scores = new float[10];
        using var searcher = new RowSearcher(catalogue, kernel);
        searcher.Search(Vectors.Uniform(new Random(7), catalogue.Dimension), [], 10, rows, scores);
        return rows.Zip(scores);
    }
}
