using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class CatalogueBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheSameInputAndTimeGiveTheSameBytes()
    {
        byte[] first = File.ReadAllBytes(Snapshots.Write(_folder, seed: 7, rows: 300, dimension: 9, name: "a.rbt"));
        byte[] second = File.ReadAllBytes(Snapshots.Write(_folder, seed: 7, rows: 300, dimension: 9, name: "b.rbt"));
        Assert.Equal(first, second);
        Assert.Equal(["a.rbt", "b.rbt"], _folder.Names());
    }

    [Fact]
    public void FilesOfEveryKindAreRead()
    {
        using Catalogue catalogue = Build(
            [1, 2, 3, 4, 5, 6, 7, 8],
            ids: [30, 10, 20, 40],
            """
            {"licensor": 4294967295, "markets": ["US", "DE"], "explicit": true, "releaseDay": -1}
            {}
            {"releaseDay":"1985-05-13","explicit":false,"markets":[],"licensor":0}
            {"licensor": null, "markets": null, "explicit": null, "releaseDay": null}
            """);
        Assert.Equal([30, 10, 20, 40], catalogue.TrackIds.ToArray());
        Assert.Equal([uint.MaxValue, 0, 0, 0], catalogue.Attributes.Licensors.ToArray());
        int unknown = TrackColumns.ReleaseDayUnknown;
        Assert.Equal([-1, unknown, new DateOnly(1985, 5, 13).DayNumber - new DateOnly(1970, 1, 1).DayNumber, unknown], catalogue.Attributes.ReleaseDays.ToArray());
        Assert.Equal([true, false, false, false], Enumerable.Range(0, 4).Select(catalogue.Attributes.IsExplicit));
        Assert.Equal(["DE", "US"], catalogue.Attributes.Markets);
        const ulong everywhere = 1UL << 63;
        Assert.Equal([3, 0, 0, 0, /**/ 0, 0, 0, everywhere, /**/ 0, 0, 0, 0, /**/ 0, 0, 0, everywhere], catalogue.Attributes.MarketMasks.ToArray());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void WhoeverGivesUpFindsTheOldSnapshotAndNothingElse(bool whileQuantising)
    {
        byte[] old = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 10, dimension: 4, name: "c.rbt"));
        NpyFile.Write<float>(_folder.File("v.npy"), Vectors.Uniform(new Random(2), 40_000 * 8), columns: 8);
        using var cancellation = new CancellationTokenSource();
        var stop = new Stop(cancellation);
        Assert.Throws<OperationCanceledException>(() => CatalogueBuilder.Build(new CatalogueSources { VectorsPath = _folder.File("v.npy") }, _folder.File("c.rbt"),
            whileQuantising ? null : stop, whileQuantising ? stop : null, cancellation.Token));
        Assert.Equal(old, File.ReadAllBytes(_folder.File("c.rbt")));
        Assert.Equal(["c.rbt", "v.npy"], _folder.Names());
    }

    /// <summary>Gives up at the first sign of progress.</summary>
    private sealed class Stop(CancellationTokenSource cancellation) : IProgress<int>
    {
        public void Report(int done) => cancellation.Cancel();
    }

    [Fact]
    public void ANormBeyondFp32IsBoundedByInfinity()
    {
        using Catalogue catalogue = Build([1, 2, float.MaxValue, float.MaxValue]);
        Assert.Equal(float.PositiveInfinity, catalogue.Items.NormMax);
        catalogue.Verify();
    }

    [Fact]
    public void HalvesAreWidened()
    {
        NpyFile.Write<Half>(_folder.File("v.npy"), [(Half)0.5f, (Half)(-3)], columns: 2);
        CatalogueBuilder.Build(new CatalogueSources { VectorsPath = _folder.File("v.npy") }, _folder.File("c.rbt"));
        using Catalogue catalogue = Catalogue.Open(_folder.File("c.rbt"));
        Assert.Equal([0.5f, -3], catalogue.Items.Values.ToArray());
    }

    [Theory]
    [InlineData("{\"licensor\": -1}", "\"licensor\" is not an integer from 0")]
    [InlineData("{\"licensor\": 4294967296}", "\"licensor\" is not an integer")]
    [InlineData("{\"licensor\": 1.5}", "\"licensor\" is not an integer")]
    [InlineData("{\"licensor\": \"1\"}", "\"licensor\" is not an integer")]
    [InlineData("{\"markets\": \"DE\"}", "\"markets\" is not a list")]
    [InlineData("{\"markets\": [49]}", "\"markets\" is not a list")]
    [InlineData("{\"markets\": [[\"DE\"]]}", "\"markets\" is not a list")]
    [InlineData("{\"markets\": [\"de\"]}", "'de' is not a market (expected an ISO 3166-1 alpha-2 code")]
    [InlineData("{\"markets\": [\"DEU\"]}", "'DEU' is not a market")]
    [InlineData("{\"markets\": [\"\"]}", "'' is not a market")]
    [InlineData("{\"explicit\": 1}", "\"explicit\" is neither true nor false")]
    [InlineData("{\"releaseDay\": \"1985-13-01\"}", "\"releaseDay\" is neither")]
    [InlineData("{\"releaseDay\": 1e99}", "\"releaseDay\" is neither")]
    [InlineData("{\"releaseDay\": -2147483648}", "\"releaseDay\" is neither")]
    [InlineData("{\"label\": 1}", "unknown key \"label\"")]
    [InlineData("{\"explicit\": true, \"explicit\": true}", "the key \"explicit\" occurs twice")]
    [InlineData("{\"explicit\": true", "malformed JSON")]
    [InlineData("{\"explicit\": true} {}", "malformed JSON")]
    [InlineData("{\"explicit\" true}", "malformed JSON")]
    [InlineData("{\"\\ud800\": true}", "not valid UTF-8")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("7", "expected a JSON object")]
    [InlineData("", "an empty line")]
    public void AMalformedAttributeNamesItsLine(string line, string problem)
    {
        string message = Refused([1, 2, 3, 4], ids: null, $"{{}}\n{line}\n");
        Assert.StartsWith(_folder.File("a.jsonl") + ": line 2: ", message);
        Assert.Contains(problem, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void ATruncatedOrRandomAttributeLineIsNeverAnythingButANamedError()
    {
        byte[] whole = Encoding.UTF8.GetBytes("{\"licensor\":7,\"markets\":[\"DE\",\"US\"],\"explicit\":true,\"releaseDay\":\"1985-05-13\"}");
        var random = new Random(20_260_801);
        for (int trial = 0; trial < 3_000; trial++)
        {
            byte[] line = trial < whole.Length ? whole[..trial] : [.. whole];
            if (trial >= whole.Length) line[random.Next(line.Length)] = (byte)random.Next(256);
            var columns = new TrackColumns(1);
            try
            {
                new AttributesLineParser(columns, "a.jsonl").Parse(line, 0);
            }
            catch (CatalogueException error)
            {
                Assert.StartsWith("a.jsonl: line 1: ", error.Message);
            }
        }
    }

    [Fact]
    public void AByteOrderMarkIsNotTheFirstLinesText()
    {
        using Catalogue catalogue = Build([1, 2, 3, 4], ids: [1, 2], "\uFEFF{\"licensor\":7}\n{\"licensor\":8}");
        Assert.Equal([7u, 8u], catalogue.Attributes.Licensors.ToArray());
        Assert.Contains("line 2: malformed JSON", Refused([1, 2, 3, 4], null, "{}\n\uFEFF{}"));
    }

    [Fact]
    public void TheNumberOfAttributeLinesMustBeTheNumberOfRows()
    {
        Assert.Contains("1 lines (expected one for each of 2 rows)", Refused([1, 2, 3, 4], null, "{}"));
        Assert.Contains("line 3: one line too many", Refused([1, 2, 3, 4], null, "{}\n{}\n{}"));
        Assert.Contains("line 3: one line too many", Refused([1, 2, 3, 4], null, "{}\n{}\n\n"));
        Assert.Contains("line 1: longer than 65536 bytes", Refused([1, 2, 3, 4], null, new string(' ', 70_000) + "{}\n{}"));
        Assert.Contains("line 1: longer than 65536 bytes", Refused([1, 2, 3, 4], null, new string(' ', 700_000)));
    }

    [Fact]
    public void LongAttributeFilesAreReadAcrossBufferEnds()
    {
        const int rows = 20_000;
        var random = new Random(1);
        string[] lines = [.. Enumerable.Range(0, rows).Select(row => $"{{\"licensor\": {row + 1}{new string(' ', random.Next(60))}}}")];
        File.WriteAllText(_folder.File("a.jsonl"), string.Join("\r\n", lines));
        TrackColumns columns = AttributesReader.Read(_folder.File("a.jsonl"), rows, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, rows).Select(id => (uint)id), columns.Licensors.ToArray());
    }

    [Fact]
    public void TheMarket256IsOneTooMany()
    {
        string[] codes = [.. Enumerable.Range(0, 256).Select(i => $"\"{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}\"")];
        Build([1], null, $"{{\"markets\": [{string.Join(',', codes[..255])}]}}").Dispose();
        Assert.Contains("line 1: the market JV is one too many (expected at most 255", Refused([1], null, $"{{\"markets\": [{string.Join(',', codes)}]}}"));
    }

    [Fact]
    public void BadVectorsAndIdsAreNamed()
    {
        Assert.Contains("v.npy: row 1, column 0: NaN (expected finite values)", Refused([1, 2, float.NaN, 4]));
        Assert.Contains("v.npy: row 0, column 1: ∞", Refused([1, float.PositiveInfinity, 3, 4]).Replace("Infinity", "∞"));
        Assert.Contains("i.npy: row 1: track id 5 is that of row 0 too", Refused([1, 2, 3, 4], ids: [5, 5]));
        Assert.Contains("i.npy: row 1: track id -1 (expected 0 or more)", Refused([1, 2, 3, 4], ids: [5, -1]));
        Assert.Contains("i.npy: shape (3,) (expected (2,))", Refused([1, 2, 3, 4], ids: [5, 6, 7]));
        Assert.Contains("v.npy: 0 rows", Refused([]));
        NpyFile.Write<float>(_folder.File("v.npy"), new float[5000], columns: 5000);
        Assert.Contains("dimension 5000 (expected 1 to 4096)", Refused(vectors: null));
        NpyFile.Write<float>(_folder.File("v.npy"), [1]);
        Assert.Contains("shape (1,) (expected (N, M))", Refused(vectors: null));
    }

    [Fact]
    public void AFailureLeavesTheOldSnapshotAndNoOtherFile()
    {
        Build([1, 2, 3, 4]).Dispose();
        byte[] old = File.ReadAllBytes(_folder.File("c.rbt"));
        Refused([1, 2, 3, float.NaN]);
        Assert.Equal(old, File.ReadAllBytes(_folder.File("c.rbt")));
        Assert.Equal(["c.rbt", "v.npy"], _folder.Names());
        string path = System.IO.Path.Combine(_folder.Path, "no", "c.rbt");
        Assert.Contains("its folder does not exist", Assert.Throws<IOException>(() => CatalogueBuilder.Build(path, new float[1], 1)).Message);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => CatalogueBuilder.Build(_folder.Path, new float[1], 1)).Message);
    }

    private Catalogue Build(float[]? vectors, long[]? ids = null, string? attributes = null)
    {
        string vectorsPath = _folder.File("v.npy"), idsPath = _folder.File("i.npy"), attributesPath = _folder.File("a.jsonl"), path = _folder.File("c.rbt");
        if (vectors is not null) NpyFile.Write<float>(vectorsPath, vectors, columns: vectors.Length < 2 ? 1 : 2);
        if (ids is not null) NpyFile.Write<long>(idsPath, ids);
        if (attributes is not null) File.WriteAllText(attributesPath, attributes);
        var sources = new CatalogueSources
        {
            VectorsPath = vectorsPath,
            TrackIdsPath = ids is null ? null : idsPath,
            AttributesPath = attributes is null ? null : attributesPath,
            Created = Snapshots.Created,
        };
        CatalogueBuilder.Build(sources, path);
        return Catalogue.Open(path);
    }

    private string Refused(float[]? vectors, long[]? ids = null, string? attributes = null)
        => Assert.ThrowsAny<DataFileException>(() => Build(vectors, ids, attributes)).Message;
}
