using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Ledgers;
using Rubato.Wire;

namespace Rubato.Tests.Dry;

/// <summary>
/// A server, concurrent connections that ask for slates and report every promoted track as streamed, and campaigns that run dry meanwhile. Then the
/// server drains, and an independent reader recomputes every budget from the journal: none may be exceeded, and none may have a lease left.
/// </summary>
internal sealed class DryRun(string folder, DryRunOptions options)
{
    private const int Dimension = 8, Candidates = 24, Slots = 5;
    private readonly long[] _settled = new long[options.Campaigns]; // acknowledged, by campaign
    private long _next, _deliveries, _dryAfter;

    /// <exception cref="InvalidDataException">A budget is exceeded, has a lease left, or lacks what was acknowledged.</exception>
    public async Task<DryRunResult> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using (var server = new RubatoServer(Prepare(), NullLogger.Instance))
            await Task.WhenAll(Enumerable.Range(0, options.Connections).Select(connection => AskAsync(server.Address, connection))).ConfigureAwait(false);
        double seconds = watch.Elapsed.TotalSeconds;
        return Judge(seconds);
    }

    // Odd amounts: a budget is no multiple of its spend, nor of a lease.
    private static long SpendOf(int campaign) => 1000 + 7 * campaign;

    private long BudgetOf(int campaign) => options.DeliveriesPerCampaign * SpendOf(campaign) + 13 * campaign % SpendOf(campaign);

    private ServerOptions Prepare()
    {
        var random = new Random(options.Seed);
        float[] vectors = [.. Enumerable.Range(0, options.Campaigns * Dimension).Select(_ => random.NextSingle() - 0.5f)];
        CatalogueBuilder.Build(Path.Combine(folder, "c.rbt"), vectors, Dimension);
        var json = new StringBuilder("{\"campaigns\":[");
        for (int i = 0; i < options.Campaigns; i++)
        {
            json.Append(CultureInfo.InvariantCulture, $$"""
                {{(i > 0 ? "," : "")}}{"id":{{i + 1}},"name":"synthetic","licensor":1,"tracks":[{{i}}],"valueMicros":1000000,"spendMicros":{{SpendOf(i)}},
                "budgetMicros":{{BudgetOf(i)}},"start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z"}
                """);
        }
        File.WriteAllText(Path.Combine(folder, "campaigns.json"), json.Append("]}").ToString());
        return new ServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Engine = new EngineOptions
            {
                CataloguePath = Path.Combine(folder, "c.rbt"), CampaignsPath = Path.Combine(folder, "campaigns.json"), LedgerPath = Path.Combine(folder, "ledger"),
            },
        };
    }

    private async Task AskAsync(IPEndPoint server, int connection)
    {
        await using RubatoClient client = await RubatoClient.ConnectAsync(server).ConfigureAwait(false);
        var random = new Random(HashCode.Combine(options.Seed, connection));
        var answer = new ScoreAnswer();
        var listener = new float[Dimension];
        var candidates = new long[Candidates];
        var events = new List<Exposure>(Slots);
        for (long request; (request = Interlocked.Increment(ref _next)) <= options.Requests;)
        {
            for (int i = 0; i < Dimension; i++) listener[i] = random.NextSingle() - 0.5f;
            for (int i = 0; i < Candidates; i++) candidates[i] = random.Next(options.Campaigns);
            await client.RecommendAsync(new ScoreQuery { Listener = listener, Candidates = candidates, Slots = Slots }, answer).ConfigureAwait(false);
            events.Clear();
            for (int i = 0; i < answer.Count; i++)
                if (!answer.Reservations[i].IsNone) events.Add(new Exposure(answer.Reservations[i], answer.Tracks[i], 60));
            if (events.Count > 0) await ExposeAsync(client, events, request).ConfigureAwait(false);
        }
    }

    private async Task ExposeAsync(RubatoClient client, List<Exposure> events, long request)
    {
        ExposureResult[] results = await client.ExposeAsync(events.ToArray(), ExposureDurability.Journalled).ConfigureAwait(false);
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] != ExposureResult.Settled) throw new InvalidDataException($"request {request}, track {events[i].Track}: {results[i]}");
            Interlocked.Add(ref _settled[events[i].Track], SpendOf((int)events[i].Track));
        }
        Interlocked.Add(ref _deliveries, results.Length);
        for (long seen = Volatile.Read(ref _dryAfter); request > seen;)
        {
            long before = Interlocked.CompareExchange(ref _dryAfter, request, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    private DryRunResult Judge(double seconds)
    {
        Dictionary<uint, JournalBudget> journal = JournalReader.ReadFolder(Path.Combine(folder, "ledger")); // refuses whatever is overspent
        double deliveriesLeft = 0, leasesLeft = 0;
        for (int i = 0; i < options.Campaigns; i++)
        {
            JournalBudget account = journal[(uint)i + 1];
            long settled = account.Settled, left = account.Budget - settled;
            if (account.Budget != BudgetOf(i)) throw new InvalidDataException($"campaign {i + 1}: a budget of {account.Budget}");
            if (settled != _settled[i]) throw new InvalidDataException($"campaign {i + 1}: {settled} settled, {_settled[i]} acknowledged");
            if (left < 0) throw new InvalidDataException($"campaign {i + 1}: {-left} overspent");
            long lease = 16 * SpendOf(i); // the smallest that is opened while the budget allows it
            if (left >= lease) throw new InvalidDataException($"campaign {i + 1}: {left} left, more than a lease of {lease}");
            deliveriesLeft = Math.Max(deliveriesLeft, (double)left / SpendOf(i));
            leasesLeft = Math.Max(leasesLeft, (double)left / lease);
        }
        return new DryRunResult
        {
            Requests = options.Requests, Deliveries = _deliveries, BudgetMicros = journal.Values.Sum(account => account.Budget),
            SettledMicros = _settled.Sum(), DeliveriesLeftMax = deliveriesLeft, LeasesLeftMax = leasesLeft, DryAfter = _dryAfter, Seconds = seconds,
        };
    }
}
