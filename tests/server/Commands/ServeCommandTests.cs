using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Whatever keeps the server from starting is one line that names it.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AServerThatCannotStartSaysWhyInOneLine()
    {
        string catalogue = Snapshots.Write(_folder, 1, 20, 4);
        await using var other = new TestServer();
        await Refused($"Server:Listen = {other.Address} cannot be listened on: ", "--listen", $"{other.Address}");
        await Refused($"Server:Admin = {other.Address} cannot be listened on: ", "--admin", $"{other.Address}");
        await Refused("0.0.0.0:0 is not a loopback address", "--listen", "0.0.0.0:0");
        await Misused("there is no key \"Limits:Queue\"", "--set", "Limits:Queue=1");
        await Misused("Limits:QueueMax = \"0\" must be a whole number, 1 to 65536", "--set", "Limits:QueueMax=0");
        await Misused("Scoring:Variant = \"fastest\" must be one of cuda-int8, cuda-fp16, cuda-fp32, amx-int8, ", "--variant", "fastest");
        await Refused("nowhere.json: no such file", "--campaigns", "nowhere.json");
        await Refused("nowhere", "--prices", _folder.File("nowhere"));
        await Refused("cannot be created", "--ledger", catalogue); // a file
        await Misused("Pacing:Policy = \"fast\" must be one of dual, ", "--set", "Pacing:Policy=fast");
        await Refused("nowhere.json: no such file", "--config", "nowhere.json");
        await Refused("nowhere.rbt: no such file", "--catalogue", _folder.File("nowhere.rbt"));
        File.WriteAllBytes(_folder.File("damaged.rbt"), File.ReadAllBytes(catalogue)[..^100]);
        await Refused("damaged.rbt", "--catalogue", _folder.File("damaged.rbt"));
        Assert.Contains("--set QueueMax: must be Section:Key=value", await RubatoCommand.Refused(2, "serve", "--set", "QueueMax"));
        Assert.Contains("Data:Catalogue is missing", await RubatoCommand.Refused(1, "serve"));
        other.AssertHealthy();

        Task Refused(string problem, params string[] options) => Ends(1, problem, options);

        Task Misused(string problem, params string[] options) => Ends(2, problem, options);

        async Task Ends(int code, string problem, string[] options)
        {
            string[] defaults = [.. Option("--catalogue", catalogue), .. Option("--listen", "127.0.0.1:0"), .. Option("--admin", "127.0.0.1:0")];
            Assert.Contains(problem, await RubatoCommand.Refused(code, ["serve", .. defaults, .. options]));

            string[] Option(string name, string value) => options.Contains(name) ? [] : [name, value];
        }
    }
}
