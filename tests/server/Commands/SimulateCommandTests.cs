using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class SimulateCommandTests : IDisposable
{
    private static readonly string[] Short = ["simulate", "--hours", "3", "--requests", "20000", "--campaigns", "12", "--interval", "60"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheSampleIsSimulatedAndReported()
    {
        string output = await RubatoCommand.Done([.. Short, "--policy", "all", "--out", _folder.File("out"), "--json"]);
        Assert.Contains("campaigns, budgets and traffic synthetic", output);
        JsonElement summary = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(("synthetic", 12, 1.0), (summary.GetProperty("campaigns_are").GetString(), summary.GetProperty("campaigns").GetInt32(), summary.GetProperty("shock_factor").GetDouble()));
        Assert.Equal(PacingPolicies.Names, summary.GetProperty("policies").EnumerateArray().Select(policy => policy.GetProperty("policy").GetString()));
        foreach (JsonElement policy in summary.GetProperty("policies").EnumerateArray())
        {
            Assert.InRange(policy.GetProperty("value_ratio").GetDouble(), 0.1, 1);
            Assert.InRange(policy.GetProperty("budget_used").GetDouble(), 0.1, 1);
            string name = _folder.File(Path.Combine("out", policy.GetProperty("policy").GetString()!));
            string[] lines = File.ReadAllLines(name + ".csv");
            Assert.Equal("time,campaign,delivered,spent_micros,target_micros,lambda,admission", lines[0]);
            Assert.Equal(12 * 12, lines.Length - 1); // quarters of three hours, campaigns
            Assert.StartsWith("2026-06-01T00:15:00Z,1,", lines[1]);
            XElement svg = XElement.Load(name + ".svg");
            Assert.Equal(12 * 2, svg.Descendants().Count(element => element.Name.LocalName == "polyline"));
        }
    }

    [Fact]
    public async Task AShockBringsMoreRequests()
    {
        long[] requests = new long[2];
        for (int shock = 0; shock < 2; shock++)
        {
            string output = await RubatoCommand.Done(["simulate", "--hours", "14", "--requests", "20000", "--campaigns", "12", "--interval", "60", "--policy", "greedy", "--json", .. shock == 1 ? ["--shock"] : Array.Empty<string>()]);
            requests[shock] = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("requests").GetInt64();
        }
        Assert.InRange(requests[1] - requests[0], 1500, 3000); // twice the hour after noon
    }

    [Theory]
    [InlineData("--policy best is not one of dual, cpwu, static, throttle, greedy, all.", "--policy", "best")]
    [InlineData("--data radio is not one of sample, music-cds, deezer-carousel.", "--data", "radio")]
    [InlineData("--hours 0 is not an integer from 1 to 168.", "--hours", "0")]
    public async Task WrongUsageIsNamed(string expected, params string[] args)
        => Assert.Contains(expected, await RubatoCommand.Refused(2, ["simulate", .. args]));

    [Fact]
    public async Task MissingOrDamagedDataIsNamed()
    {
        string folder = Directory.CreateDirectory(_folder.File("deezer-carousel")).FullName, path = Path.Combine(folder, "playlist_features.csv.gz");
        string[] args = ["simulate", "--data", "deezer-carousel", "--data-folder", _folder.Path];
        Assert.Contains("playlist_features.csv.gz", await RubatoCommand.Refused(1, args));
        await File.WriteAllTextAsync(path, "not compressed");
        Assert.Contains(path + ": ", await RubatoCommand.Refused(1, args));
        string header = string.Join(',', Enumerable.Range(0, 97).Select(c => $"dim_{c}")), row = string.Join(',', Enumerable.Repeat("0.5", 97));
        Write(header + "\n" + row + "\n" + row[4..]);
        Assert.Contains($"{path}: row 2: 96 columns (expected 97)", await RubatoCommand.Refused(1, args));
        Write(header + "\n" + row[..^3] + "NaN");
        Assert.Contains($"{path}: row 1, column 97: expected a finite number, found NaN", await RubatoCommand.Refused(1, args));
        Write(header);
        Assert.Contains($"{path}: no rows", await RubatoCommand.Refused(1, args));
        Assert.Contains("music-cds", await RubatoCommand.Refused(1, "simulate", "--data", "music-cds", "--data-folder", _folder.Path));

        void Write(string text)
        {
            using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionMode.Compress));
            writer.Write(text);
        }
    }

    [SkippableTheory, InlineData("music-cds"), InlineData("deezer-carousel")]
    public async Task RealVectorsAreSimulated(string data)
    {
        string folder = Path.GetDirectoryName(TestData.Path(data))!;
        string output = await RubatoCommand.Done([.. Short, "--data", data, "--data-folder", folder, "--policy", "dual", "--json"]);
        JsonElement policy = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("policies")[0];
        Assert.InRange(policy.GetProperty("value_ratio").GetDouble(), 0.85, 1); // three hours of the night have few deliveries to steer by
        Assert.InRange(policy.GetProperty("budget_used").GetDouble(), 0.9, 1);
    }
}
