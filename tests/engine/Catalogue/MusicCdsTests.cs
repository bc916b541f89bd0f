using System.IO.Compression;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;
using Xunit.Abstractions;

namespace Rubato.Tests;

/// <summary>Real factors of real purchases: answers are those of the definition, and the held-out purchases are found.</summary>
public sealed class MusicCdsTests(ITestOutputHelper log) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task TheSearchOfAThousandListenersIsThatOfTheDefinition()
    {
        const int k = 100, queryCount = 1_000;
        using Catalogue catalogue = Build();
        NpyArray<float> listeners = NpyFile.Read<float>(TestData.Path("music-cds", "listeners.npy"));
        float[] queries = listeners.Values[..(queryCount * listeners.Columns)];
        NpyFile.Write<float>(_folder.File("q.npy"), queries, listeners.Columns);
        log.WriteLine(await RubatoCommand.Done("search", "--catalogue", catalogue.Path, "--queries", _folder.File("q.npy"), "--k", $"{k}",
            "--batch", "8", "--threads", "2", "--out-ids", _folder.File("ids.npy"), "--out-scores", _folder.File("scores.npy"), "--json"));
        NpyArray<long> ids = NpyFile.Read<long>(_folder.File("ids.npy"), 2, queryCount, k);
        NpyArray<float> scores = NpyFile.Read<float>(_folder.File("scores.npy"), 2, queryCount, k);

        int[] allRows = [.. Enumerable.Range(0, catalogue.Rows)];
        float[] all = new float[catalogue.Rows];
        IScoreKernel definition = ScoreKernels.Pick(); // bit-identical to the scalar reference, which would take ten times as long
        for (int query = 0; query < queryCount; query++)
        {
            definition.Score(queries.AsSpan(query * listeners.Columns, listeners.Columns), catalogue.Items, allRows, all);
            int[] found = [.. ids.Row(query).ToArray().Select(id => (int)id)];
            Assert.Equal(found.Select(row => all[row]), scores.Row(query).ToArray());
            for (int i = 1; i < k; i++) Assert.True(Precedes(all, found[i - 1], found[i]));
            Assert.Equal(k - 1, allRows.Count(row => Precedes(all, row, found[^1]))); // so no row that precedes the last one is missing
        }
    }

    [SkippableFact]
    public void HeldOutPurchasesAreFoundAsOftenAsTheFactorsPromise()
    {
        const int k = 20, listenerCount = 2_000;
        using Catalogue catalogue = Build();
        NpyArray<float> listeners = NpyFile.Read<float>(TestData.Path("music-cds", "listeners.npy"));
        Dictionary<int, int[]> train = Purchases("train.txt.gz"), test = Purchases("test.txt.gz");
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick());
        ulong[] allowed = new ulong[catalogue.Filters.Words];
        int[] rows = new int[k];
        float[] scores = new float[k];
        double sum = 0;
        foreach (int listener in test.Keys.Order().Take(listenerCount))
        {
            catalogue.Filters.Fill(RowFilterIndex.AnyMarket, allowExplicit: true, [], allowed);
            foreach (int track in train.GetValueOrDefault(listener, [])) allowed[track >> 6] &= ~(1UL << (track & 63));
            searcher.Search(listeners.Row(listener), allowed, k, rows, scores);
            sum += (double)rows.Intersect(test[listener]).Count() / test[listener].Length;
        }
        log.WriteLine($"recall@{k} of the first {listenerCount} listeners: {sum / listenerCount:F4}");
        Assert.InRange(sum / listenerCount, 0.125, 0.135);
    }

    private Catalogue Build()
    {
        CatalogueBuilder.Build(new CatalogueSources { VectorsPath = TestData.Path("music-cds", "tracks.npy") }, _folder.File("c.rbt"));
        return Catalogue.Open(_folder.File("c.rbt"));
    }

    private static bool Precedes(float[] scores, int row, int other) => scores[row] > scores[other] || (scores[row] == scores[other] && row < other);

    /// <summary>Lines of "listener item item …".</summary>
    private static Dictionary<int, int[]> Purchases(string file)
    {
        var purchases = new Dictionary<int, int[]>();
        using var reader = new StreamReader(new GZipStream(File.OpenRead(TestData.Path("music-cds", file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            int[] numbers = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            if (numbers.Length > 1) purchases[numbers[0]] = numbers[1..];
        }
        return purchases;
    }
}
