using System.Text.Json;
using System.Xml.Linq;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class SolveCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheFolderHoldsPricesAllocationAndCertificate()
    {
        AllocationProblem problem = WriteProblem();
        string output = await RubatoCommand.Done(Command("--check", "--plot", _folder.File("gap.svg"), "--json"));
        JsonElement json = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        foreach (string key in (string[])["dual", "primal", "gap", "violation", "violations", "shortfall", "passes", "seconds", "load_seconds", "variant"])
            Assert.True(json.TryGetProperty(key, out _), key);
        Assert.InRange(json.GetProperty("gap").GetDouble(), 0, 1e-3);
        Assert.True(json.GetProperty("checked").GetProperty("agrees").GetBoolean());

        PriceSet set = PriceFolder.Read(_folder.File("out"));
        float[] allocation = NpyFile.Read<float>(_folder.File("out/allocation.npy")).Values;
        AllocationCertificate judged = CertificateChecker.Check(problem, AllocationPriceFolder.Read(_folder.File("out"), problem), allocation);
        Assert.Equal(json.GetProperty("dual").GetDouble(), judged.Dual, 1e-9 * judged.Dual);
        Assert.Equal(json.GetProperty("primal").GetDouble(), judged.Primal, 1e-9 * judged.Dual);
        Assert.Equal(1, set.Generation);
        JsonElement certificate = JsonDocument.Parse(File.ReadAllText(_folder.File("out/certificate.json"))).RootElement;
        Assert.Equal(problem.CampaignCount, certificate.GetProperty("shortfall_by_campaign").GetArrayLength());
        Assert.Equal("svg", XDocument.Load(_folder.File("gap.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task AWarmStartFromTheWrittenPricesCountsTheGenerationOn()
    {
        WriteProblem();
        await RubatoCommand.Done(Command());
        await RubatoCommand.Done(Command("--warm", _folder.File("out"), "--method", "newton", "--variant", "vector-single"));
        Assert.Equal(2, PriceFolder.Read(_folder.File("out")).Generation);
    }

    [Fact]
    public async Task AGapThatIsNotReachedEndsWithCode1AndFiles()
    {
        // The optimum is 0 less a sum that single precision cannot resolve to a ten-millionth.
        AllocationFolder.Write(_folder.File("problem"), new AllocationColumns
        {
            Starts = [0, 2], Campaigns = [0, 1], Values = [1, 1], Spends = [3, 7], Slots = [2], Budgets = [1, 1], Promised = [1.0 / 3, 0], Penalties = [1e6, 0],
        });
        (int code, _, string error) = await RubatoCommand.Run(Command("--gap", "1e-7"));
        Assert.Equal(1, code);
        Assert.Contains("(wanted 1e-07)", error);
        Assert.True(File.Exists(_folder.File("out/allocation.npy")));
    }

    [Fact]
    public async Task AFolderThatHoldsOtherThingsIsNotReplaced()
    {
        WriteProblem();
        _folder.Write("out.txt", [1]);
        Assert.Contains("out.txt is a file", await RubatoCommand.Refused(2, ["solve", "--problem", _folder.File("problem"), "--out", _folder.File("out.txt")]));
        Assert.Contains("which no solve has written", await RubatoCommand.Refused(2, ["solve", "--problem", _folder.File("problem"), "--out", _folder.File("problem")]));
        Assert.True(File.Exists(_folder.File("problem/value.npy")));
        Directory.CreateDirectory(_folder.File("out"));
        Directory.Move(_folder.File("problem"), _folder.File("out/problem"));
        Assert.Contains("holds the problem", await RubatoCommand.Refused(2, ["solve", "--problem", _folder.File("out/problem"), "--out", _folder.File("out")]));
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task VectorsAndCampaignsBecomePricesThatServingReads(int seed)
    {
        const int listeners = 300, dimension = 8;
        string catalogue = Snapshots.Write(_folder, seed, rows: 200, dimension);
        long[] ids = Rubato.Catalogue.Open(catalogue).TrackIds.ToArray();
        string campaigns = string.Join(',', Enumerable.Range(0, 10).Select(j => $$"""
            {"id":{{100 - j}},"name":"c","licensor":7,"tracks":[{{string.Join(',', ids.Skip(20 * j).Take(20 + j))}}],"valueMicros":{{500_000 + 100_000 * j}},
             "spendMicros":{{100_000 * (j + 1)}},"budgetMicros":5000000,"start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z"}
            """));
        File.WriteAllText(_folder.File("campaigns.json"), $$"""{"cohorts":[{"id":3,"floor":0.5},{"id":9,"floor":0.4}],"campaigns":[{{campaigns}}]}""");
        NpyFile.Write<float>(_folder.File("listeners.npy"), Vectors.Uniform(new Random(seed), listeners * dimension), dimension);
        NpyFile.Write<int>(_folder.File("cohorts.npy"), [.. Enumerable.Range(0, listeners).Select(i => i % 3 == 0 ? 3 : 0)]);
        string[] command = ["solve", "--catalogue", catalogue, "--listeners", _folder.File("listeners.npy"), "--campaigns", _folder.File("campaigns.json"),
            "--cohorts", _folder.File("cohorts.npy"), "--slots", "2", "--candidates", "40", "--out", _folder.File("out"), "--check", "--json"];
        JsonElement json = JsonDocument.Parse(await RubatoCommand.Done(command)).RootElement;
        Assert.True(json.GetProperty("checked").GetProperty("agrees").GetBoolean());
        PriceSet prices = PriceFolder.Read(_folder.File("out"));
        Assert.Equal(Enumerable.Range(91, 10).Select(id => (uint)id), prices.CampaignIds);
        Assert.Equal([3u], prices.CohortIds); // cohort 9 has no listener
        AllocationProblem problem = AllocationFolder.Read(_folder.File("out/problem"));
        Assert.Equal(problem.EdgeCount, NpyFile.Read<long>(_folder.File("out/problem/track.npy")).Values.Length);
        Assert.Contains(prices.Budget, price => price > 0);
    }

    [Theory]
    [InlineData]
    [InlineData("--problem", "p", "--catalogue", "c")]
    [InlineData("--catalogue", "c", "--listeners", "l")]
    public async Task OneOriginOfTheProblemIsRequired(params string[] options)
        => Assert.Contains("Either --problem or all of", await RubatoCommand.Refused(2, ["solve", "--out", "o", .. options]));

    [Fact]
    public async Task BadInputEndsWithOneLine()
    {
        Assert.Contains("indptr.npy: no such file", await RubatoCommand.Refused(1, Command()));
        WriteProblem();
        NpyFile.Write<float>(_folder.File("problem/value.npy"), [1]);
        Assert.Contains("value.npy: 1 elements (expected", await RubatoCommand.Refused(1, Command()));
    }

    [Theory]
    [InlineData("--gap 0 is not a number from 1e-7 to 1", "--gap", "0")]
    [InlineData("--gap x is not a number", "--gap", "x")]
    [InlineData("--threads 0 is not an integer", "--threads", "0")]
    [InlineData("--method simplex is not one of newton, conjugate, gradient", "--method", "simplex")]
    [InlineData("--variant none is not one of avx512", "--variant", "none")]
    public async Task AnOptionOutOfItsRangeEndsWithCode2(string problem, params string[] options)
        => Assert.Contains(problem, await RubatoCommand.Refused(2, ["solve", "--problem", "p", "--out", "o", .. options]));

    private AllocationProblem WriteProblem()
    {
        AllocationColumns columns = AllocationGenerator.Generate("promo", 1_000, 20, 8, 9).Columns;
        AllocationFolder.Write(_folder.File("problem"), columns);
        return new AllocationProblem(columns);
    }

    private string[] Command(params string[] options)
        => ["solve", "--problem", _folder.File("problem"), "--out", _folder.File("out"), "--threads", "2", .. options is [] or ["--gap", ..] ? options : ["--gap", "1e-3", .. options]];
}
