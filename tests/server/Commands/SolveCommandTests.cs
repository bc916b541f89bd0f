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
    [InlineData("--method simplex is not one of newton, gradient", "--method", "simplex")]
    [InlineData("--variant none is not one of vector-single", "--variant", "none")]
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
