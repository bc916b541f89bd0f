using System.Net;
using Rubato.Server;
using Rubato.Server.Commands;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class OptionsLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheCommandLineBeatsTheEnvironmentWhichBeatsTheFile()
    {
        string file = _folder.Write("rubato.json", """
            { // comments are fine
              "Data": { "Catalogue": "from-file.rbt", "Campaigns": "c.json" },
              "Limits": { "QueueMax": 7, "IdleSecondsMax": "8", "BatchMax": 9 },
              "Server": { "Admin": "none" }
            }
            """u8);
        var environment = new System.Collections.Hashtable
        {
            ["RUBATO__Data__Catalogue"] = "from-environment.rbt", ["rubato__limits__queuemax"] = "70", ["RUBATO_DATA"] = "not ours", ["PATH"] = "/bin",
        };
        ServerOptions options = OptionsLoader.Load(file, new Dictionary<string, string> { ["data:catalogue"] = "from-line.rbt" }, environment);
        Assert.Equal(("from-line.rbt", "c.json"), (options.Engine.CataloguePath, options.Engine.CampaignsPath));
        Assert.Equal((70, 8, 9), (options.Limits.QueueMax, options.Limits.IdleSecondsMax, options.Limits.BatchMax));
        Assert.Null(options.Admin);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 7400), options.Listen);
    }

    [Fact]
    public void WhatNeedsModelsSaysSo()
    {
        Assert.Equal("Server:KServe needs Data:Models: name a model repository with --models", Refused("Server:KServe", "127.0.0.1:0"));
        Assert.Equal("Models:Ranker needs Data:Models: name a model repository with --models", Refused("Models:Ranker", "r"));
        Assert.Contains("must be a whole number, 50 to 86400000, or 0", Refused("Models:PollMilliseconds", "49"));
    }

    [Fact]
    public void EveryKeyTakesBothEndsOfItsRangeAndNothingBeyond()
    {
        int ranges = 0;
        foreach (Setting setting in Settings.All)
        {
            if (setting.Rule.Split(", ") is not [_, string range] || range.Split(" to ") is not [string lowest, string highest]) continue;
            ranges++;
            foreach (string good in new[] { lowest, highest }) Load(setting.Key, good);
            foreach (string bad in new[] { Beyond(lowest, -1), Beyond(highest, 1), "", "x", "NaN", "1e400", " " })
                Assert.Equal($"command line: {setting.Key} = \"{bad}\" must be {setting.Rule}", Refused(setting.Key, bad));
        }
        Assert.True(ranges >= 20);

        static string Beyond(string end, int direction) => $"{decimal.Parse(end, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture) + direction}";
    }

    [Theory]
    [InlineData("Limits:QueueMx", "command line: there is no key \"Limits:QueueMx\"; did you mean Limits:QueueMax?")]
    [InlineData("Limits:Patience", "there is no key \"Limits:Patience\"; keys of the section are Limits:CandidatesMax, ")]
    [InlineData("Limits", "there is no key \"Limits\"; it is a section, whose keys are Limits:CandidatesMax, ")]
    [InlineData("Patience:Limits", "there is no key \"Patience:Limits\"; rubato serve --help lists the keys")]
    [InlineData("Server:QueueMax", "command line: there is no key \"Server:QueueMax\"; did you mean Limits:QueueMax?")]
    [InlineData("QueueMax", "did you mean Limits:QueueMax?")]
    [InlineData("", "there is no key \"\"")]
    public void AKeyThatDoesNotExistIsNamed(string key, string problem) => Assert.Contains(problem, Refused(key, "1"));

    [Theory]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("rubato.example:7400")]
    [InlineData(":7400")]
    [InlineData("7400")]
    [InlineData("::1:7400")]
    [InlineData("none")]
    public void AnAddressMustBeAnAddressAndAPort(string address) =>
        Assert.Equal($"command line: Server:Listen = \"{address}\" must be an IP address and a port, such as 127.0.0.1:7400 or [::1]:7400", Refused("Server:Listen", address));

    [Theory, InlineData("127.0.0.1:0"), InlineData("[::1]:7400"), InlineData("127.0.0.2:1"), InlineData("localhost:7400")]
    public void LoopbackNeedsNoPermission(string address) => Load("Server:Listen", address);

    [Theory]
    [InlineData("Server:Listen", "0.0.0.0:7400")]
    [InlineData("Server:Listen", "[::]:7400")]
    [InlineData("Server:Admin", "192.0.2.1:7401")]
    public void BeyondLoopbackNeedsInsecure(string key, string address)
    {
        string problem = Refused(key, address);
        Assert.Contains(address, problem);
        Assert.Contains("--insecure", problem);
        ServerOptions options = OptionsLoader.Load(null, Values(("Data:Catalogue", "c.rbt"), (key, address), ("Server:Insecure", "true")), Empty);
        Assert.Equal(address, $"{(key == "Server:Listen" ? options.Listen : options.Admin)}");
    }

    [Theory, InlineData("yes"), InlineData("1"), InlineData("")]
    public void AFlagIsTrueOrFalse(string value) => Assert.Contains("Server:Insecure", Refused("Server:Insecure", value));

    [Fact]
    public void WhatIsMissingOrUnknownIsNamed()
    {
        Assert.Contains("Data:Catalogue", Assert.Throws<ConfigurationException>(() => OptionsLoader.Load(null, Values(), Empty)).Message);
        Assert.Contains("\"fastest\"", Refused("Scoring:Variant", "fastest"));
        Assert.Contains("environment: Limits:QueueMax = \"0\" must be a whole number, 1 to 65536",
            Assert.Throws<ConfigurationException>(() => OptionsLoader.Load(null, Values(), new System.Collections.Hashtable { ["RUBATO__Limits__QueueMax"] = "0" })).Message);
    }

    [Theory]
    [InlineData("{ \"Limits\": { \"QueueMax\": 0 } }", "Limits:QueueMax = \"0\" must be a whole number, 1 to 65536")]
    [InlineData("{ \"Limits\": { \"QueueMax\": 1.5 } }", "Limits:QueueMax = \"1.5\" must be")]
    [InlineData("{ \"Limits\": { \"Queue\": 1 } }", "there is no key \"Limits:Queue\"")]
    [InlineData("{ \"Limits\": [1] }", "there is no key \"Limits:0\"")]
    [InlineData("{\n \"Limits\": {\n", "LineNumber: 2")]
    [InlineData("[]", "rubato.json: ")]
    [InlineData("", "rubato.json: ")]
    [InlineData("{ \"Limits\": { \"QueueMax\": 1, \"queuemax\": 2 } }", "Limits:queuemax")]
    public void AFileThatCannotBeUsedIsNamed(string json, string problem)
    {
        string file = _folder.Write("rubato.json", System.Text.Encoding.UTF8.GetBytes(json));
        string message = Assert.Throws<ConfigurationException>(() => OptionsLoader.Load(file, Values(("Data:Catalogue", "c")), Empty)).Message;
        Assert.StartsWith(file, message);
        Assert.Contains(problem, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void AFileThatIsNotThereIsNamedAndAHiddenOneIsRead()
    {
        Assert.EndsWith("nowhere.json: no such file", Assert.Throws<ConfigurationException>(() => OptionsLoader.Load("nowhere.json", Values(), Empty)).Message);
        string hidden = _folder.Write(".rubato.json", "{ \"Data\": { \"Catalogue\": \"c.rbt\" } }"u8);
        Assert.Equal("c.rbt", OptionsLoader.Load(hidden, Values(), Empty).Engine.CataloguePath);
    }

    private static readonly System.Collections.Hashtable Empty = [];

    private static Dictionary<string, string> Values(params (string Key, string Value)[] values) => values.ToDictionary(pair => pair.Key, pair => pair.Value);

    private static ServerOptions Load(string key, string value) =>
        OptionsLoader.Load(null, Values([.. key == "Data:Catalogue" ? [] : new[] { ("Data:Catalogue", "c.rbt") }, (key, value)]), Empty);

    private static string Refused(string key, string value)
    {
        Exception refused = Assert.ThrowsAny<Exception>(() => Load(key, value));
        Assert.IsType(refused.Message.StartsWith("command line: ", StringComparison.Ordinal) ? typeof(UsageException) : typeof(ConfigurationException), refused);
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }
}
