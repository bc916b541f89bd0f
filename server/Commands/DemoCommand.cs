using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rubato.Client;

namespace Rubato.Server.Commands;

/// <summary>rubato demo: catalogue, server, client and scores, end to end over TCP on loopback.</summary>
internal static class DemoCommand
{
    private const int LatencyRequests = 5000, CandidateCount = 100;

    public static Command Create()
    {
        var command = new Command("demo", "Build the embedded sample's catalogue, serve it on a free loopback port, and score real requests over TCP.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        TextWriter output = line.InvocationConfiguration.Output;
        using DemoSample sample = DemoSample.Create();
        var options = new ServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Engine = new EngineOptions { CataloguePath = sample.CataloguePath, CampaignsPath = sample.CampaignsPath, PricesPath = sample.PricesPath },
        };
        await using var server = new RubatoServer(options, NullLogger.Instance);
        await using RubatoClient client = await RubatoClient.ConnectAsync(server.Address,
            new ClientOptions { Name = "rubato demo", InlineContinuations = true }, cancellation).ConfigureAwait(false);
        await output.WriteLineAsync($"serving {client.Server.Tracks} tracks × {client.Server.Dimension} on {server.Address}").ConfigureAwait(false);
        await output.WriteLineAsync("factors: computed from real purchases; licensors, campaigns, budgets and prices: synthetic (fixed seed)").ConfigureAwait(false);
        for (int listener = 0; listener < 3; listener++) await RecommendAsync(client, sample, listener, output, cancellation).ConfigureAwait(false);
        await MeasureAsync(client, sample, output, cancellation).ConfigureAwait(false);
        return CommandErrors.Done;
    }

    private static async Task RecommendAsync(RubatoClient client, DemoSample sample, int listener, TextWriter output, CancellationToken cancellation)
    {
        var answer = new ScoreAnswer();
        var query = new ScoreQuery
        {
            Listener = Listener(sample, listener), Cohort = 1, Market = "DE", ExcludeExplicit = true, Slots = 8, LicensorSlotsMax = 3, Breakdown = true,
        };
        await client.RecommendAsync(query, answer, cancellation).ConfigureAwait(false);
        output.WriteLine();
        output.WriteLine($"slate for listener {listener}, market DE, not explicit, at most 3 slots per licensor");
        output.WriteLine("  track    score = relevance + promotion  + budget + promise + licensor  + cohort   campaign");
        for (int i = 0; i < answer.Count; i++)
        {
            string campaign = answer.Campaigns[i] == 0 ? "none" : answer.Campaigns[i].ToString(CultureInfo.InvariantCulture);
            output.WriteLine(
                $"  {answer.Tracks[i],5} {answer.Scores[i],8:0.0000} {Term(0, i)} {Term(1, i)} {Term(2, i)} {Term(3, i)} {Term(4, i)} {Term(5, i)}   "
                + campaign);
        }

        string Term(int term, int entry) => $"{answer.Terms(term)[entry] + 0.0,10:+0.0000;-0.0000;0}"; // + 0.0 turns −0 into 0
    }

    /// <summary>One request at a time, as a caller in a hurry sees it.</summary>
    private static async Task MeasureAsync(RubatoClient client, DemoSample sample, TextWriter output, CancellationToken cancellation)
    {
        var answer = new ScoreAnswer();
        var latency = new LatencyHistogram();
        var random = new Random(1);
        long[] candidates = new long[CandidateCount];
        for (int request = -LatencyRequests; request < LatencyRequests; request++)
        {
            for (int i = 0; i < candidates.Length; i++) candidates[i] = sample.TrackIds[random.Next(sample.TrackIds.Length)];
            var query = new ScoreQuery { Listener = Listener(sample, random.Next(sample.Listeners.Rows)), Candidates = candidates };
            long begun = Stopwatch.GetTimestamp();
            await client.ScoreAsync(query, answer, cancellation).ConfigureAwait(false);
            if (request >= 0) latency.Record((long)Stopwatch.GetElapsedTime(begun).TotalNanoseconds); // the first half warms up
        }
        output.WriteLine();
        output.WriteLine(
            $"latency of SCORE with {CandidateCount} candidates over TCP, {LatencyRequests} requests one at a time: "
            + $"p50 {latency.Percentile(0.5) / 1000.0:0.0} µs, p99 {latency.Percentile(0.99) / 1000.0:0.0} µs");
    }

    private static ReadOnlyMemory<float> Listener(DemoSample sample, int row) =>
        sample.Listeners.Values.AsMemory(row * sample.Listeners.Columns, sample.Listeners.Columns);
}
