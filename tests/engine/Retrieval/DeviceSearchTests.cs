using Rubato.Client;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Server;
using Rubato.Tests.Kernels.Cuda;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>The catalogue on a device, from the searcher to the server's metrics.</summary>
public sealed class DeviceSearchTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void ASearcherHoldsTheCatalogueAndGivesWholeSearchesToTheDevice(int threads)
    {
        using var scan = new FakeScan();
        using var folder = new TemporaryFolder();
        const int Rows = 6000, Dimension = 24, K = 7, Queries = 5;
        CatalogueBuilder.Build(folder.File("c.rbt"), Vectors.Uniform(new Random(1), Rows * Dimension), Dimension);
        using Catalogue catalogue = Catalogue.Open(folder.File("c.rbt"));
        float[] queries = Vectors.Uniform(new Random(2), Queries * Dimension);
        (int[] Rows, float[] Scores) Search(IScanKernel kernel)
        {
            using var searcher = new RowSearcher(catalogue, kernel, threads, pin: false);
            int[] rows = new int[Queries * K];
            float[] scores = new float[rows.Length];
            searcher.Search(queries, [], K, rows, scores);
            return (rows, scores);
        }
        (int[] expectedRows, float[] expectedScores) = Search(new ScanScalar());
        (int[] rows, float[] scores) = Search(scan.Scan);
        Assert.Equal(expectedRows, rows);
        Assert.Equal(expectedScores, scores);
        Assert.Equal((Queries, 0), (scan.Scan.DeviceQueries, scan.Scan.PassedOnQueries));
        Assert.DoesNotContain(scan.Fake.Allocations(0), allocation => allocation.Bytes >= Rows * 64); // let go with the searcher
    }

    [SkippableFact]
    public void ASearcherSaysThatTheCpuTookOver()
    {
        using var scan = new FakeScan();
        using var folder = new TemporaryFolder();
        CatalogueBuilder.Build(folder.File("c.rbt"), Vectors.Uniform(new Random(1), 1000 * 16), 16);
        using Catalogue catalogue = Catalogue.Open(folder.File("c.rbt"));
        using var searcher = new RowSearcher(catalogue, scan.Scan, pin: false);
        Assert.Equal("cuda-int8", searcher.Variant);
        scan.Fake.Fail("kernel", (CudaResult)719);
        searcher.Search(Vectors.Uniform(new Random(2), 16), [], 5, new int[5], new float[5]);
        Assert.StartsWith("cuda-int8, then the CPU: cuEventSynchronize on Fake GPU 0: ", searcher.Variant);
    }

    [SkippableFact]
    public async Task ALostDeviceIsLoggedAndCountedAndFailsNoRequest()
    {
        using var scan = new FakeScan();
        var heard = new List<string>();
        await using (var server = new TestServer(options => options.Engine = options.Engine with { Scan = scan.Scan }))
        {
            scan.Scan.Degraded += heard.Add;
            await using var client = await server.ClientAsync();
            var before = await Recommend(client);
            Dictionary<string, double> samples = PrometheusTextTests.Parse(PrometheusText.Write(server.Server));
            Assert.Equal((1, 0, 0), (samples["rubato_device_queries_total"], samples["rubato_device_passed_on_queries_total"], samples["rubato_device_lost"]));

            scan.Fake.Fail("kernel", (CudaResult)719);
            Assert.Equal(before, await Recommend(client));
            Assert.Equal(before, await Recommend(client));
            samples = PrometheusTextTests.Parse(PrometheusText.Write(server.Server));
            Assert.Equal((1, 2, 1), (samples["rubato_device_queries_total"], samples["rubato_device_passed_on_queries_total"], samples["rubato_device_lost"]));
            Assert.Single(heard);
            server.AssertHealthy();
        }
    }

    [SkippableFact]
    public void AnEngineHearsThatItsCatalogueDoesNotFit()
    {
        using var scan = new FakeScan(memory: 10_000);
        using var folder = new TemporaryFolder();
        CatalogueBuilder.Build(folder.File("c.rbt"), Vectors.Uniform(new Random(1), 1000 * 16), 16);
        var heard = new List<string>();
        using (Engine engine = Engine.Open(new EngineOptions { CataloguePath = folder.File("c.rbt"), Scan = scan.Scan, DeviceDegraded = heard.Add }))
        {
            Assert.Contains("1,000 int8 rows of 16", Assert.Single(heard));
            Assert.Equal("Fake GPU 0", engine.Devices!.Devices);
        }
    }

    private static async Task<string> Recommend(RubatoClient client)
    {
        var answer = new ScoreAnswer();
        await client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 5 }, answer);
        return $"{string.Join(' ', answer.Tracks.ToArray())}: {string.Join(' ', answer.Scores.ToArray())}";
    }
}
