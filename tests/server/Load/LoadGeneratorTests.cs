using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class LoadGeneratorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(null, 0), InlineData(null, 5), InlineData(300.0, 0), InlineData(300.0, 5)]
    public async Task WhatIsSentIsAnsweredAndCountedOnce(double? rate, int slots)
    {
        await using var server = new TestServer();
        LoadReport report = await LoadGenerator.RunAsync(Options(server) with { Rate = rate, Slots = slots }, CancellationToken.None);
        Assert.Equal(rate is null ? "closed" : "open", report.Mode);
        Assert.True(report.Ok > 0);
        Assert.Equal(report.Sent, report.Ok);
        Assert.Empty(report.Errors);
        Assert.Equal(report.Ok, report.Latency.Count);
        Assert.InRange(report.Slip.Count, rate is null ? 0 : report.Sent - 1, rate is null ? 0 : report.Sent + 1);
        Assert.InRange(report.Seconds, 0.2, 30);
        Assert.True(server.Server.Metrics.RequestsOk >= report.Ok + 2); // warm-up and one HELLO per connection, too
        TestServer.WaitUntil(() => server.Server.Connections.Length == 0, "the generator left a connection open");
    }

    [Fact]
    public async Task SlatesAreExposedAndSettled()
    {
        await using var server = new PaidServer(campaigns: 200, budget: 10_000_000);
        LoadReport report = await LoadGenerator.RunAsync(Options(server.Test) with { Slots = 5, Expose = true }, CancellationToken.None);
        Assert.Empty(report.Errors);
        Assert.True(report.Exposed > 0);
        Assert.True(server.Engine.Ledger!.Counters.Settled >= report.Exposed);
    }

    [Fact]
    public async Task ErrorsAreCountedByCode()
    {
        await using var server = new TestServer(options => options.Limits.QueueMax = 1);
        LoadReport report = await LoadGenerator.RunAsync(Options(server) with { Slots = 5, InFlight = 16 }, CancellationToken.None);
        Assert.Equal([nameof(ErrorCode.Overloaded)], report.Errors.Keys);
        Assert.Equal(report.Sent, report.Ok + report.Errors.Values.Sum());
        Assert.Equal(report.Ok, report.Latency.Count); // a refusal is no latency
    }

    [Fact]
    public async Task ARequestThatCannotSucceedIsToldAtOnce()
    {
        await using var server = new TestServer();
        string target = server.Address.ToString(), ids = _folder.File("ids.npy");
        NpyFile.Write<long>(ids, [123_456]);
        Assert.Contains("--ids names a track that the server's catalogue lacks", await RubatoCommand.Refused(1, "load", "--target", target, "--ids", ids));
        string catalogue = _folder.File("c.rbt");
        CatalogueBuilder.Build(catalogue, new float[] { 1, 2, 3, 4 }, dimension: 2, trackIds: [70, 80]);
        await using (var numbered = new TestServer(options => options.Engine = options.Engine with { CataloguePath = catalogue }))
            Assert.Contains("the server's tracks are not numbered 0 to 1: give --ids ", await RubatoCommand.Refused(1, "load", "--target", numbered.Address.ToString()));
        Assert.Contains("candidates: 1001 given, 1 to 1000 expected", await RubatoCommand.Refused(1, "load", "--target", target, "--candidates", "1001"));
        Assert.Contains("9000 candidates: the request takes 72128 bytes, the server allows 65536",
            await RubatoCommand.Refused(1, "load", "--target", target, "--candidates", "9000"));
        Assert.DoesNotContain("Parameter", await RubatoCommand.Refused(1, "load", "--target", target, "--candidates", "9000"));
        Assert.Contains("cannot connect to 127.0.0.1:1", await RubatoCommand.Refused(1, "load", "--target", "127.0.0.1:1"));
        Assert.Contains("--target x: must be an IP address and a port", await RubatoCommand.Refused(2, "load", "--target", "x"));
    }

    [Fact]
    public async Task TheCommandReportsOneJsonObject()
    {
        await using var server = new TestServer();
        string output = await RubatoCommand.Done("load", "--target", $"{server.Address}", "--seconds", "0.2", "--connections", "2", "--candidates", "10", "--json");
        var json = System.Text.Json.JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        Assert.Equal(["mode", "sent", "ok", "errors", "requests_per_second", "p50_us", "p90_us", "p99_us", "p999_us", "max_us", "slip_us"],
            json.EnumerateObject().Select(field => field.Name));
        Assert.Equal(json.GetProperty("sent").GetInt64(), json.GetProperty("ok").GetInt64());
    }

    private static LoadOptions Options(TestServer server) => new()
    {
        Target = server.Address, Connections = 2, InFlight = 4, Candidates = 20, Seconds = 0.3, WarmUpSeconds = 0.1,
    };
}
