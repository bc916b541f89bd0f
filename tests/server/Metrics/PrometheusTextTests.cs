using System.Globalization;
using System.Text.RegularExpressions;
using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed partial class PrometheusTextTests
{
    [Fact]
    public async Task EveryLineIsOfTheFormatAndHistogramsAreCumulative()
    {
        await using var server = new TestServer();
        using RawConnection connection = server.Connect();
        for (ulong id = 1; id <= 50; id++) connection.Send([.. RawConnection.Score(id, TestServer.Listener(), TestServer.Candidates(5)), .. RawConnection.Recommend(100 + id, TestServer.Listener())]);
        connection.ReadReplies(100);
        connection.Send(RawConnection.Score(1, TestServer.Listener(), []));
        connection.ReadError(ErrorCode.NoCandidates, 1);
        TestServer.WaitUntil(() => server.Server.Metrics.Recommend.Count == 50, "not counted yet");

        string text = PrometheusText.Write(server.Server);
        Dictionary<string, double> samples = Parse(text);
        Assert.Equal(50, samples["rubato_requests_total{opcode=\"Score\",status=\"Ok\"}"]);
        Assert.Equal(50, samples["rubato_requests_total{opcode=\"Recommend\",status=\"Ok\"}"]);
        Assert.Equal(1, samples["rubato_requests_total{opcode=\"Score\",status=\"NoCandidates\"}"]);
        Assert.Equal(1, samples["rubato_connections"]);
        Assert.Equal(server.Server.Engine.Generations.Catalogue, samples["rubato_generation{of=\"catalogue\"}"]);
        Assert.Equal(1, samples[$"rubato_variant{{kernel=\"scan\",variant=\"{server.Server.Engine.ScanVariant}\"}}"]);
        Assert.Equal(50 * TestServer.Tracks, samples["rubato_rows_scanned_total"]);
        Assert.Equal(50, samples["rubato_stage_seconds_count{stage=\"queue\"}"]);
        Assert.Equal(51, samples["rubato_request_seconds_count{opcode=\"Score\"}"]);
    }

    /// <summary>Parses the text format 0.0.4, as strictly as a scraper does.</summary>
    internal static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text);
        var samples = new Dictionary<string, double>();
        var typed = new Dictionary<string, string>();
        (string Series, double Count, double Edge) bucket = ("", 0, 0);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (Type().Match(line) is { Success: true } type)
            {
                Assert.True(typed.TryAdd(type.Groups[1].Value, type.Groups[2].Value), $"typed twice: {line}");
                continue;
            }
            if (Help().IsMatch(line)) continue;
            Match sample = Sample().Match(line);
            Assert.True(sample.Success, $"not a line of the format: {line}");
            double value = double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture);
            string name = sample.Groups["name"].Value, family = Family().Replace(name, "");
            Assert.True(typed.ContainsKey(name) || typed.GetValueOrDefault(family) == "histogram", $"without a type: {line}");
            Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], value), $"given twice: {line}");
            if (!name.EndsWith("_bucket", StringComparison.Ordinal)) continue;
            string labels = sample.Groups["labels"].Value, series = name + labels[..labels.IndexOf("le=", StringComparison.Ordinal)];
            string edgeText = labels[(labels.IndexOf("le=\"", StringComparison.Ordinal) + 4)..].TrimEnd('"');
            double edge = edgeText == "+Inf" ? double.PositiveInfinity : double.Parse(edgeText, CultureInfo.InvariantCulture);
            if (series == bucket.Series) Assert.True(value >= bucket.Count && edge > bucket.Edge, $"not cumulative: {line}");
            bucket = (series, value, edge);
        }
        foreach ((string series, double count) in samples.Where(sample => sample.Key.Contains("_bucket{") && sample.Key.Contains("+Inf")))
            Assert.Equal(count, samples[series.Replace("_bucket{", "_count{").Replace(",le=\"+Inf\"", "")]);
        return samples;
    }

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex Type();

    [GeneratedRegex("^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* [^\n]+$")]
    private static partial Regex Help();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*")*)\})? (?<value>[+-]?([0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?|Inf|NaN))$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Family();
}
