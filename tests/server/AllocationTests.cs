using Microsoft.Extensions.Logging;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Ledgers;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>Budgets, events and live updates over the wire.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task ASlateIsReservedExposedAndSettled()
    {
        await using var server = new PaidServer();
        await using RubatoClient client = await server.Test.ClientAsync();
        var answer = new ScoreAnswer();
        await client.RecommendAsync(PaidServer.Query(candidates: 10, slots: 5), answer);

        Assert.Equal((5, 5, 5), (answer.Count, answer.SlotCount, answer.Reservations.Length));
        Assert.Equal([1u, 2, 3], answer.Campaigns.ToArray().Where(campaign => campaign != 0).Order().ToArray());
        for (int i = 0; i < 5; i++) Assert.Equal(answer.Campaigns[i] == 0, answer.Reservations[i].IsNone);
        Assert.Equal(1000, server.Engine.Ledger!.State(1).ReservedMicros);

        int first = answer.Campaigns.IndexOf(1u), second = answer.Campaigns.IndexOf(2u), third = answer.Campaigns.IndexOf(3u);
        Exposure[] events =
        [
            new(answer.Reservations[first], 0, 31), new(answer.Reservations[second], 1, 2), new(answer.Reservations[third], 150, 60),
            new(new Reservation(7, 7), 0, 60), new(answer.Reservations[third], 2, float.NaN), new(answer.Reservations[first], 0, 31),
        ];
        foreach (ExposureDurability durability in Enum.GetValues<ExposureDurability>())
        {
            ExposureResult[] results = await client.ExposeAsync(events, durability);
            Assert.Equal(durability == ExposureDurability.Default
                ? [ExposureResult.Settled, ExposureResult.Released, ExposureResult.Forged, ExposureResult.Forged, ExposureResult.BadSeconds, ExposureResult.AlreadySettled]
                : [ExposureResult.AlreadySettled, ExposureResult.AlreadyReleased, ExposureResult.Forged, ExposureResult.Forged, ExposureResult.BadSeconds, ExposureResult.AlreadySettled],
                results);
        }
        Assert.Equal((1000, 0, 1000), (server.Engine.Ledger.State(1).SettledMicros, server.Engine.Ledger.State(2).ReservedMicros, server.Engine.Ledger.State(3).ReservedMicros));
        Assert.Empty(await client.ExposeAsync(Array.Empty<Exposure>()));
        server.Test.AssertHealthy();
    }

    [Fact]
    public async Task AnEventAfterItsLeaseIsClosedIsLateAndOneFromAnotherServerIsForged()
    {
        await using var server = new PaidServer();
        await using var other = new PaidServer();
        await using RubatoClient client = await server.Test.ClientAsync(), elsewhere = await other.Test.ClientAsync();
        ScoreAnswer mine = new(), theirs = new();
        await client.RecommendAsync(PaidServer.Query(candidates: 1, slots: 1), mine);
        await elsewhere.RecommendAsync(PaidServer.Query(candidates: 1, slots: 1), theirs);
        server.Engine.Ledger!.CloseLease(1, 1);
        Exposure[] events = [new(mine.Reservations[0], 0, 60), new(theirs.Reservations[0], 0, 60)];
        Assert.Equal([ExposureResult.Late, ExposureResult.Forged], await client.ExposeAsync(events));
        Assert.Equal(0, server.Engine.Ledger.State(1).SettledMicros);
    }

    [Fact]
    public async Task WithoutALedgerEventsAreRefusedAndSlatesCarryNoReservations()
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ScoreAnswer();
        await client.RecommendAsync(PaidServer.Query(candidates: 10, slots: 5), answer);
        Assert.Equal((5, 0), (answer.SlotCount, answer.Reservations.Length));
        Assert.Equal(ErrorCode.NotKept, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.ExposeAsync(new Exposure[1]))).Code);
        Assert.Equal(ErrorCode.NotKept, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.UpdateCampaignsAsync(default))).Code);
    }

    [Fact]
    public async Task CampaignsAreReplacedByTheProtocolByTheFileAndNotAtAllWhereTheyAreWrong()
    {
        await using var server = new PaidServer(campaigns: 2);
        await using RubatoClient client = await server.Test.ClientAsync();
        Assert.Equal((4u, 2ul), await Update(PaidServer.Json(4, 100_000)));
        RequestRefusedException refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.UpdateCampaignsAsync(PaidServer.Json(3, -1)));
        Assert.Equal(ErrorCode.BadCampaigns, refused.Code);
        Assert.Contains("campaigns: campaign 1: budgetMicros: expected an integer 0 to", refused.Message);
        Assert.Equal((4, 2), (server.Engine.Campaigns.Count, server.Engine.CampaignsGeneration));
        Assert.Equal((2u, 3ul), await Update([]));

        server.WriteCampaigns(5, 100_000);
        File.SetLastWriteTimeUtc(server.CampaignsPath, DateTime.UtcNow.AddSeconds(5));
        TestServer.WaitUntil(() => server.Engine.CampaignsGeneration == 4, "the file was not read again");
        Assert.Equal(5, server.Engine.Campaigns.Count);
        var answer = new ScoreAnswer();
        await client.RecommendAsync(PaidServer.Query(candidates: 5, slots: 5), answer);
        Assert.Equal([1u, 2, 3, 4, 5], answer.Campaigns.ToArray().Order().ToArray());

        async Task<(uint, ulong)> Update(byte[] json)
        {
            CampaignsReply reply = await client.UpdateCampaignsAsync(json);
            return (reply.Campaigns, reply.Generation);
        }
    }

    [Fact]
    public async Task AnAnswerThatMightNotBeTakenIsRefusedBeforeItReserves()
    {
        await using var server = new PaidServer();
        using var small = new RawConnection(server.Test.Address);
        small.SayHello(answerBytesMax: 256);
        var request = new ScoreRequest { Listener = TestServer.Listener(), Candidates = TestServer.Candidates(50), Slots = 50 };
        small.Send(RawConnection.Request(Opcode.Recommend, 1, request));
        small.ReadError(ErrorCode.AnswerTooLarge, 1);
        Assert.Equal(0, server.Engine.Ledger!.Counters.Reservations);
        small.Send(RawConnection.Request(Opcode.Recommend, 2, request with { Slots = 1 }));
        Assert.Equal((2, 2ul), (small.Read().Kind, small.LastRequestId));
    }

    [Fact]
    public async Task PromotedTracksCountForTheLargestAnswer()
    {
        await using var server = new PaidServer();
        BatchLimits limits = server.Engine.Options.Limits;
        int bytes = ScoresReply.PayloadBytes(limits.RetrievalDepth + limits.PromotedDepth, withTracks: true, withBreakdown: false, withReservations: true);
        using RawConnection small = new(server.Test.Address), enough = new(server.Test.Address);
        small.SayHello(answerBytesMax: (uint)bytes - 1);
        enough.SayHello(answerBytesMax: (uint)bytes);
        byte[] request = RawConnection.Request(Opcode.Recommend, 1, new ScoreRequest { Listener = TestServer.Listener(), Slots = 2, LosersMax = 256 });
        small.Send(request);
        Assert.Contains($"may take {bytes} bytes", small.ReadError(ErrorCode.AnswerTooLarge, 1).Message);
        enough.Send(request);
        Assert.Equal((2, 1ul), (enough.Read().Kind, enough.LastRequestId));
    }

    [Fact]
    public async Task ASlateForAConnectionThatIsGoneIsGivenBack()
    {
        await using var server = new PaidServer(configure: options => options.Engine = options.Engine with { Background = false }); // nobody else reads the clock
        using RawConnection connection = server.Test.Connect();
        server.Test.Clock.Close();
        connection.Send(RawConnection.Request(Opcode.Recommend, 1, new ScoreRequest { Listener = TestServer.Listener(), Candidates = TestServer.Candidates(3), Slots = 3 }));
        server.Test.Clock.WaitForVisitor(); // the lane has taken the request; before, it would have dropped it
        server.Test.Server.Connections[0].Abort();
        server.Test.Clock.Open();
        TestServer.WaitUntil(() => server.Engine.Ledger!.Counters is { Reservations: 3, Released: 3 }, "not given back");
        Assert.Equal((0, 0), (server.Engine.Deliveries(0), server.Engine.Ledger!.State(1).ReservedMicros));
    }

    [Fact]
    public async Task ARecommendIsRefusedAsLongAsTooManyAnswersAreUnread()
    {
        await using var server = new TestServer(options => options.Limits.UnsentBytesMax = 4096);
        using RawConnection connection = server.Connect();
        byte[] ping = RawConnection.Ping(1, new byte[8192]);
        connection.Send(ping.AsSpan()[..^64]);
        connection.Send([.. ping.AsSpan()[^64..], .. RawConnection.Recommend(2, TestServer.Listener())]); // served in one go: the answer to the first is unread
        Assert.Equal((2, 1ul), (connection.Read().Kind, connection.LastRequestId));
        connection.ReadError(ErrorCode.Overloaded, 2);
        connection.Send(RawConnection.Recommend(3, TestServer.Listener()));
        Assert.Equal((2, 3ul), (connection.Read().Kind, connection.LastRequestId));
    }

    [Fact]
    public async Task AFileThatTheLedgerRefusedIsTriedAgainWhenItsLeasesAreClosed()
    {
        await using var server = new PaidServer();
        await using RubatoClient client = await server.Test.ClientAsync();
        server.WriteCampaigns(3, 10_000); // less than a lease of 16,000
        RequestRefusedException refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.UpdateCampaignsAsync(default));
        Assert.Contains("a budget of 10000 micro-units is below the 16000 handed out or spent", refused.Message);
        for (uint campaign = 1; campaign <= 3; campaign++) Assert.True(server.Engine.Ledger!.CloseLease(campaign, 1));
        TestServer.WaitUntil(() => server.Engine.CampaignsGeneration == 2, "the file was not tried again");
        Assert.Equal(10_000, server.Engine.Ledger!.State(3).BudgetMicros);
    }

    [Fact]
    public async Task AFileThatChangedWhileTheEngineReadItIsReadAgain()
    {
        await using var server = new PaidServer(configure: options => options.WatchCampaigns = false);
        CampaignFileStamp seen = CampaignFileStamp.Of(server.CampaignsPath);
        server.WriteCampaigns(5, 100_000);
        using var updates = new CampaignUpdates(server.Engine, seen, new ErrorLog());
        updates.Check();
        TestServer.WaitUntil(() => server.Engine.CampaignsGeneration == 2, "the file was not read again");
        Assert.Equal(5, server.Engine.Campaigns.Count);
    }

    [Fact]
    public async Task WhoeverAsksForTheFileIsToldTheOutcomeEveryTime()
    {
        await using var server = new PaidServer(configure: options => options.WatchCampaigns = false);
        var log = new ErrorLog(LogLevel.Information);
        using var updates = new CampaignUpdates(server.Engine, CampaignFileStamp.Of(server.CampaignsPath), log);
        File.WriteAllText(server.CampaignsPath, "{");
        updates.Check();
        TestServer.WaitUntil(() => log.Errors.Count == 1, "the file was not read");
        updates.Check(); // as it was
        updates.Reread();
        TestServer.WaitUntil(() => log.Errors.Count == 2, "who asks is not told again");
        Assert.All(log.Errors, line => Assert.Matches(@"^campaigns are not replaced: .*campaigns\.json: line 1, byte 1: not JSON: [^|]*\.\s*$", line));
        server.WriteCampaigns(3, 100_000);
        TestServer.WaitUntil(() => { updates.Reread(); return server.Engine.CampaignsGeneration > 1; }, "the file was not read again");
        await using var without = new TestServer();
        using var nothing = new CampaignUpdates(without.Server.Engine, default, log);
        nothing.Reread();
        Assert.Contains("the server was started without a campaigns file", log.Errors.Last());
    }

    [Theory, InlineData(200_000, true), InlineData(300_000, false)]
    public async Task CampaignsHaveALimitOfTheirOwn(int bytes, bool isTaken)
    {
        await using var server = new PaidServer(configure: options => options.Limits.CampaignsBytesMax = 256 << 10);
        byte[] json = [.. PaidServer.Json(4, 100_000), .. Enumerable.Repeat((byte)' ', bytes)];
        await using RubatoClient client = await server.Test.ClientAsync();
        if (isTaken) Assert.Equal(4u, (await client.UpdateCampaignsAsync(json)).Campaigns);
        else await Assert.ThrowsAsync<ArgumentException>(() => client.UpdateCampaignsAsync(json)); // known from HELLO

        using RawConnection raw = server.Test.Connect();
        raw.Send(Frames.Frame(Frames.Request(Opcode.Campaigns, 1), Frames.Campaigns(json)));
        if (isTaken) Assert.Equal((2, 1ul), (raw.Read().Kind, raw.LastRequestId));
        else Assert.Contains($"at most {256 << 10} taken", raw.ReadError(ErrorCode.FrameTooLarge, 0).Message);
        using RawConnection other = server.Test.Connect();
        other.Send(RawConnection.Ping(1, new byte[70_000]));
        Assert.Contains("at most 65536 taken", other.ReadError(ErrorCode.FrameTooLarge, 0).Message);
    }

    [Fact]
    public async Task AnUpdateIsNotBadWhereTheLedgerHasStopped()
    {
        var files = FaultyFiles.Of([]);
        using BudgetLedger ledger = BudgetLedger.Open(files, new LedgerOptions { Background = false, BufferBytes = 32 << 10 });
        await using var server = new PaidServer(configure: options => options.Engine = options.Engine with { LedgerPath = null, Ledger = ledger });
        await using RubatoClient client = await server.Test.ClientAsync();
        files.SyncsUntilFailure = 1;
        Assert.Null(ledger.StopReason);
        Assert.Throws<LedgerException>(ledger.Compact);
        Assert.Contains("journal-0000000001.log failed near byte ", ledger.StopReason);
        Assert.Equal(ErrorCode.LedgerStopped, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.UpdateCampaignsAsync(PaidServer.Json(4, 100_000)))).Code);
        server.Test.ForgetErrors(); // that the ledger has stopped is one
    }

    [Fact]
    public async Task ASecondServerOnTheSameLedgerIsRefused()
    {
        await using var server = new PaidServer();
        LedgerException refused = Assert.Throws<LedgerException>(() =>
            new TestServer(options => options.Engine = options.Engine with { LedgerPath = server.LedgerPath }));
        Assert.Contains("another process has this ledger open", refused.Message);
    }

    [Fact]
    public async Task LosersAndFrequencyCapsReachTheCaller()
    {
        await using var server = new PaidServer();
        File.WriteAllBytes(server.CampaignsPath, PaidServer.Json(3, 100_000, ",\"frequencyCap\":{\"deliveries\":1,\"windowSeconds\":3600}"));
        server.Engine.ReloadCampaigns();
        await using RubatoClient client = await server.Test.ClientAsync();
        var answer = new ScoreAnswer();
        ScoreQuery query = PaidServer.Query(candidates: 20, slots: 3, listener: 77);
        query.LosersMax = 17;
        await client.RecommendAsync(query, answer);
        Assert.Equal((3, 20), (answer.SlotCount, answer.Count));
        await client.RecommendAsync(query, answer);
        for (int i = 0; i < answer.Count; i++)
            Assert.Equal(answer.Tracks[i] < 3 ? BlockReason.FrequencyCap : i < 3 ? BlockReason.NoCampaign : BlockReason.Outranked, (BlockReason)answer.Blocks[i]);
        query.LosersMax = 257;
        Assert.Contains("losers: 257 given, 0 to 256 expected",
            (await Assert.ThrowsAsync<RequestRefusedException>(() => client.RecommendAsync(query, answer).AsTask())).Message);
        (query.LosersMax, query.QualityLossMax) = (0, 1.5f);
        Assert.Equal(ErrorCode.BadOption, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.RecommendAsync(query, answer).AsTask())).Code);
    }

    [Fact]
    public async Task DrainingClosesTheLedgerAndWhatWasAcknowledgedIsThere()
    {
        var folder = new TemporaryFolder();
        Reservation[] reserved;
        await using (var server = new PaidServer(configure: options => options.Engine = options.Engine with { LedgerPath = folder.File("ledger") }))
        {
            await using RubatoClient client = await server.Test.ClientAsync();
            var answer = new ScoreAnswer();
            await client.RecommendAsync(PaidServer.Query(candidates: 3, slots: 3), answer);
            reserved = answer.Reservations.ToArray();
            int settled = answer.Campaigns.IndexOf(1u);
            Assert.Equal([ExposureResult.Settled], await client.ExposeAsync(new Exposure[] { new(reserved[settled], 0, 60) }, ExposureDurability.Journalled));
        }
        Dictionary<uint, JournalBudget> journal = JournalReader.ReadFolder(folder.File("ledger"));
        Assert.Equal((1000, 98_000), (journal[1].Leases.Values.Sum(lease => lease.Settled) + journal[1].ClosedSettled, journal[2].Free - 1000));
        folder.Dispose();
    }

    [Theory, InlineData(64)]
    public async Task EventsOfManyConnectionsShareSynchronisations(int connections)
    {
        await using var server = new PaidServer(budget: 100_000_000);
        RubatoClient[] clients = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => server.Test.ClientAsync()));
        long before = server.Engine.Ledger!.Counters.JournalSyncs;
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            var answer = new ScoreAnswer();
            for (int i = 0; i < 20; i++)
            {
                await client.RecommendAsync(PaidServer.Query(candidates: 1, slots: 1), answer);
                if (answer.Reservations[0].IsNone) continue; // the next lease is on its way
                Assert.Equal([ExposureResult.Settled], await client.ExposeAsync(new Exposure[] { new(answer.Reservations[0], 0, 60) }, ExposureDurability.Fsynced));
            }
        })));
        foreach (RubatoClient client in clients) await client.DisposeAsync();
        LedgerCounters counters = server.Engine.Ledger.Counters;
        Assert.Equal(counters.Reservations, counters.Settled);
        Assert.True(counters.JournalSyncs - before < counters.Settled, $"{counters.JournalSyncs - before} synchronisations for {counters.Settled} events");
    }

    [Fact]
    public async Task MetricsTellWhereTheMoneyIs()
    {
        await using var server = new PaidServer(budget: 2000);
        await using RubatoClient client = await server.Test.ClientAsync();
        var answer = new ScoreAnswer();
        for (int i = 0; i < 3; i++) await client.RecommendAsync(PaidServer.Query(candidates: 10, slots: 3), answer);
        TestServer.WaitUntil(() => server.Test.Server.Metrics.Recommend.Count == 3, "not counted yet");
        Dictionary<string, double> samples = PrometheusTextTests.Parse(PrometheusText.Write(server.Test.Server));
        Assert.Equal((3, 1, 6), (samples["rubato_campaigns"], samples["rubato_campaigns_generation"], samples["rubato_deliveries_total"]));
        Assert.Equal((2000, 2000, 0), (Micros("budget"), Micros("reserved"), Micros("settled")));
        Assert.Equal(0, samples["rubato_maintenance_failed"]);
        Assert.Equal((3, 0, 0), (samples["rubato_blocked_total{reason=\"Budget\"}"], samples["rubato_exposures_total{result=\"Late\"}"], samples["rubato_ledger_stopped"]));
        Assert.Equal(Enum.GetNames<ExposureResult>().Select(name => $"rubato_exposures_total{{result=\"{name}\"}}").Order(),
            samples.Keys.Where(key => key.StartsWith("rubato_exposures_total", StringComparison.Ordinal)).Order());

        double Micros(string part) => samples[$"rubato_campaign_micros{{campaign=\"2\",part=\"{part}\"}}"];
    }
}
