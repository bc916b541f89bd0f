using Rubato.Tests.Ledgers;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public class OnlineAllocationTests
{
    [Fact]
    public void ASlateReservesExactlyWhatItReturns()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60, 70]), OnlineWorld.Campaign(2, [80], spend: 0), OnlineWorld.Campaign(3, [90], value: 0.001));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);

        (long Track, uint Campaign, BlockReason Block)[] slate = run.Recommend(slots: 5);

        Assert.Equal([(50, 1u, BlockReason.None), (60, 1u, BlockReason.None), (70, 1u, BlockReason.None), (80, 2u, BlockReason.None), (0, 0u, BlockReason.NoCampaign)], slate);
        Assert.Equal([true, true, true, false, false], run.Responses.Reservations(0).ToArray().Select(id => id != default));
        Assert.Equal(3, run.Reservations.Distinct().Count());
        Assert.Equal(3000, engine.Ledger!.State(1).ReservedMicros);
        Assert.Equal((3, 1, 0), (engine.Deliveries(0), engine.Deliveries(1), engine.Deliveries(2)));
        Assert.Equal(new SlateCounts { Deliveries = 4, Reservations = 3 }, run.Responses.Slates);
        for (int i = 0; i < 3; i++) Assert.Equal(ExposureOutcome.Settled, engine.Expose(run.Reservations[i], slate[i].Track, 60, LedgerDurability.None));
        Assert.Equal(3000, engine.Ledger.State(1).SettledMicros);
    }

    [Fact]
    public void ScoringReservesNothing()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        Assert.Equal([(50, 1u, BlockReason.None), (60, 1u, BlockReason.None)], run.Score([50, 60]));
        Assert.Empty(run.Reservations);
        Assert.Equal(0, engine.Ledger!.State(1).ReservedMicros);
    }

    [Fact]
    public void WhereABudgetIsGoneTheNextCampaignOrTheNextTrackTakesTheSlotInTheSameRequest()
    {
        using var world = new OnlineWorld(
            OnlineWorld.Campaign(1, [50, 60, 70], budget: 2000, value: 3), OnlineWorld.Campaign(2, [60], value: 2), OnlineWorld.Campaign(3, [80], value: 1));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);

        Assert.Equal([(50, 1u, BlockReason.None), (60, 1u, BlockReason.None)], run.Recommend(slots: 2));
        Assert.Equal([(60, 2u, BlockReason.None), (80, 3u, BlockReason.None), (0, 0u, BlockReason.NoCampaign)], run.Recommend(slots: 3));
        Assert.Equal(1, run.Responses.Slates.Budget);
        Assert.Equal([(50, 0u, BlockReason.Budget), (60, 2u, BlockReason.None)], run.Score([50, 60]));
        Assert.Equal((2000, 1000, 1000),
            (engine.Ledger!.State(1).ReservedMicros, engine.Ledger.State(2).ReservedMicros, engine.Ledger.State(3).ReservedMicros));
    }

    [Fact]
    public void AListenerGetsACampaignAsOftenAsItsCapAllows()
    {
        const string cap = "\"frequencyCap\":{\"deliveries\":3,\"windowSeconds\":3600}";
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60], more: cap), OnlineWorld.Campaign(2, [70], spend: 0, more: cap));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);

        Assert.Equal([50, 60, 70], run.Recommend(slots: 3, listener: 9).Select(entry => entry.Track));
        Assert.Equal([(50, 1u, BlockReason.None), (70, 2u, BlockReason.None), (0, 0u, BlockReason.NoCampaign)], run.Recommend(slots: 3, listener: 9));
        Assert.Equal([(50, 0u, BlockReason.FrequencyCap)], run.Score([50], listener: 9));
        Assert.Equal([(50, 1u, BlockReason.None)], run.Score([50], listener: 10));
        run.Recommend(slots: 1, listener: 9);
        Assert.Equal([0, 1], run.Recommend(slots: 2, listener: 9).Select(entry => entry.Track)); // the one that costs nothing is capped too
        Assert.Equal(3000, engine.Ledger!.State(1).ReservedMicros);
        for (int i = 0; i < 5; i++) Assert.Equal(50, run.Recommend(slots: 1)[0].Track); // an unknown listener is not counted
        world.Clock.Move(3600 * 4 / 3 + 1);
        Assert.Equal([50, 60, 70], run.Recommend(slots: 3, listener: 9).Select(entry => entry.Track));
    }

    [Fact]
    public void LosersAreToldWhatBlockedThem()
    {
        using var world = new OnlineWorld(
            OnlineWorld.Campaign(1, [50], budget: 0, value: 9), // budget
            OnlineWorld.Campaign(2, [60], value: 8, more: "\"frequencyCap\":{\"deliveries\":1,\"windowSeconds\":3600}"), // frequency cap, at the second time
            OnlineWorld.Campaign(3, [70, 80], value: 7), // licensor 1 has both: its maximum is one
            OnlineWorld.Campaign(4, [99], value: 6), // quality floor
            OnlineWorld.Campaign(5, [7], value: 0.01, spend: 1)); // outranked
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        run.Recommend(slots: 1, listener: 5);

        (long Track, uint Campaign, BlockReason Block)[] entries = run.Recommend(slots: 3, listener: 5, lossMax: 0.07, losers: 100, licensorSlotsMax: 1);

        Assert.Equal(3, run.Responses.SlotCount(0));
        Assert.Equal(100, entries.Length);
        Dictionary<long, BlockReason> losers = entries.Skip(3).ToDictionary(entry => entry.Track, entry => entry.Block);
        Assert.Equal(70, entries[0].Track);
        Assert.Equal(
            (BlockReason.Budget, BlockReason.FrequencyCap, BlockReason.LicensorSlots, BlockReason.QualityFloor, BlockReason.Outranked),
            (losers[50], losers[60], losers[80], losers[99], losers[7]));
        Assert.Equal(97, losers.Count);
        Assert.Single(run.Reservations); // losers reserve nothing
    }

    [Fact]
    public void LosersThatTheRequestHoldsBackComeLast()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [OnlineWorld.ExplicitTrack], value: 9));
        using Engine engine = Engine.Open(world.Options);
        using EngineLane lane = engine.CreateLane();
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(1, LosersMax: 9), new() { ExcludeExplicit = true, DeniedLicensors = [6] },
            [5, OnlineWorld.ExplicitTrack, 1, 2, 1]);
        lane.Score(requests, responses);
        Assert.Equal([1L, 2, 5, OnlineWorld.ExplicitTrack], responses.TrackIds(0).ToArray());
        Assert.Equal([BlockReason.NoCampaign, BlockReason.Outranked, BlockReason.LicensorDenied, BlockReason.Explicit], responses.Blocks(0).ToArray());
    }

    [Fact]
    public void PacingPricesTakeThePlaceOfTheBooksAndHoldCampaignsBack()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [0], budget: 100_000_000, spend: 1_000_000)); // the best track, which nothing outranks
        using Engine engine = Engine.Open(world.Options with { Pacing = new PacingOptions { Policy = "dual", IntervalMillis = 1000 } });
        using var run = new SlateRun(engine);
        for (int minute = 0; minute < 60 && run.Score([0])[0].Block != BlockReason.Pacing; minute++) // spends far above the plan of a month
        {
            for (int i = 0; i < 20; i++) run.Recommend(slots: 1);
            world.Clock.Move(60);
            engine.Maintain();
        }
        Assert.True(engine.Pacing!.Signals.Signals[0].Lambda > 0);
        Assert.Equal([(0, 0u, BlockReason.Pacing)], run.Score([0]));
        Assert.InRange(engine.Ledger!.State(1).ReservedMicros, 1_000_000, 99_000_000);
        (long, uint, BlockReason)[] entries = run.Recommend(slots: 1, losers: 99);
        Assert.Contains((0, 0u, BlockReason.Pacing), entries);
        Assert.Equal(1, run.Responses.Slates.Pacing);
    }

    [Fact]
    public void ADayReleasesNoMoreThanItsBudgetAcrossRestartsToo()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 100_000, more: "\"dailyBudgetMicros\":5000"));
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
        Assert.Equal(0, DeliveriesOf(world, requests: 20)); // opened again on the same day
        world.Clock.Move(86_400);
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
        world.Clock.Move(-86_400);
        Assert.Equal(0, DeliveriesOf(world, requests: 20)); // a clock that jumps back releases nothing
        world.Clock.Move(86_400);
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        for (int day = 0; day < 3; day++, world.Clock.Move(86_400), engine.Maintain()) // and without a restart
        {
            int delivered = 0;
            for (int i = 0; i < 20; i++, engine.Maintain())
            {
                delivered += run.Recommend(slots: 1)[0].Campaign == 1 ? 1 : 0;
                foreach (ReservationId id in run.Reservations) engine.Expose(id, 50, 60, LedgerDurability.None);
            }
            Assert.Equal(day == 0 ? 0 : 5, delivered);
        }
    }

    [Theory, InlineData(60, 0), InlineData(0, 5)]
    public void WhatIsReservedAtMidnightComesOutOfTheNewDaysBudget(int seconds, int more)
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 100_000, more: "\"dailyBudgetMicros\":5000"));
        world.Clock.Move(12 * 3600 - 60); // the world begins at noon
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        var reserved = new List<ReservationId>();
        for (int i = 0; i < 9; i++, engine.Maintain())
        {
            run.Recommend(slots: 1);
            reserved.AddRange(run.Reservations);
        }
        Assert.Equal(5, reserved.Count);
        world.Clock.Move(60);
        engine.Maintain();
        foreach (ReservationId id in reserved) engine.Expose(id, 50, seconds, LedgerDurability.None);
        foreach (LeaseState lease in engine.Ledger!.OpenLeases(1)) engine.Ledger.CloseLease(1, lease.Lease);
        int delivered = 0;
        for (int i = 0; i < 20; i++, engine.Maintain()) delivered += run.Recommend(slots: 1)[0].Campaign == 1 ? 1 : 0;
        Assert.Equal(more, delivered);
    }

    [Fact]
    public void AnUpdateThatIsRefusedAtMidnightLeavesTheNewDayItsBudget()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 100_000, more: "\"dailyBudgetMicros\":5000"));
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        world.Clock.Move(12 * 3600);
        Assert.Throws<LedgerException>(() => engine.ReplaceCampaigns(OnlineWorld.Json(OnlineWorld.Campaign(1, [50], budget: 1000)), "update"));
        engine.Maintain();
        int delivered = 0;
        for (int i = 0; i < 20; i++, engine.Maintain()) delivered += run.Recommend(slots: 1)[0].Campaign == 1 ? 1 : 0;
        Assert.Equal(5, delivered);
    }

    [Fact]
    public void ADayThatIsFarAheadOfTheClockIsToldAndTheServerDoesNotStartOnIt()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 100_000, more: "\"dailyBudgetMicros\":5000"));
        using (Engine engine = Engine.Open(world.Options))
        {
            world.Clock.Move(30 * 86_400.0);
            engine.Maintain();
            world.Clock.Move(-30 * 86_400.0);
            EngineDataException told = Assert.Throws<EngineDataException>(engine.Maintain);
            Assert.Contains("released.json: day: 2026-08-31 is ahead of the clock, 2026-08-01", told.Message);
        }
        Assert.Contains("released.json: day: 2026-08-31 is ahead of the clock", Assert.Throws<EngineDataException>(() => Engine.Open(world.Options)).Message);
        File.Delete(Path.Combine(world.LedgerPath, "released.json")); // the documented way out
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
    }

    [Fact]
    public void PacingKnowsAfterARestartWhatWasSpentToday()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 100_000, more: "\"dailyBudgetMicros\":5000"));
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
        world.Clock.Move(86_400);
        Assert.Equal(5, DeliveriesOf(world, requests: 20));
        using Engine engine = Engine.Open(world.Options with { Pacing = new PacingOptions() });
        PacingState state = engine.Pacing!.States[0];
        Assert.Equal((10_000, 5000, false), (state.SpentMicros, state.SpentTodayMicros, state.CanSpend));
    }

    [Fact]
    public void EveryBudgetIsSpentToTheLastDelivery()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60], budget: 123_456), OnlineWorld.Campaign(2, [70], budget: 77_000));
        using (Engine engine = Engine.Open(world.Options))
        {
            using var run = new SlateRun(engine);
            for (int i = 0; i < 400; i++)
            {
                run.Recommend(slots: 3);
                for (int entry = 0; entry < 3; entry++)
                    engine.Expose(run.Responses.Reservations(0)[entry], run.Responses.TrackIds(0)[entry], 60, LedgerDurability.None);
                engine.Maintain();
            }
        }
        Dictionary<uint, JournalBudget> journal = JournalReader.ReadFolder(world.LedgerPath);
        Assert.Equal((123_000, 77_000), (Settled(journal[1]), Settled(journal[2])));

        static long Settled(JournalBudget account) => account.Settled;
    }

    [Fact]
    public void ALedgerThatIsOpenIsRefusedASecondTime()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50]));
        using Engine first = Engine.Open(world.Options);
        Assert.Contains("another process has this ledger open", Assert.Throws<LedgerException>(() => Engine.Open(world.Options)).Message);
    }

    [Fact]
    public void PayingForSlatesAllocatesNothing()
    {
        const string cap = "\"frequencyCap\":{\"deliveries\":200,\"windowSeconds\":3600}";
        using var world = new OnlineWorld([.. Enumerable.Range(1, 20).Select(id => OnlineWorld.Campaign((uint)id, [id, id + 20, id + 40], budget: 40_000, more: cap))]);
        using Engine engine = Engine.Open(world.Options with { Pacing = new PacingOptions() });
        using EngineLane lane = engine.CreateLane();
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        Assert.Equal(0, AllocatedBytes.Least(() => // the first round leaves half of the campaigns dry on their leases
        {
            for (ulong i = 1; i <= 100; i++) Round(i);
        }));

        void Round(ulong listener)
        {
            requests.Clear();
            requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(10, 2, 0, 0.1), new() { ListenerId = listener });
            requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(5, LosersMax: 20), new() { ListenerId = listener, WantBreakdown = true });
            lane.Score(requests, responses);
        }
    }

    private static int DeliveriesOf(OnlineWorld world, int requests)
    {
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        int delivered = 0;
        for (int i = 0; i < requests; i++)
        {
            if (run.Recommend(slots: 1)[0].Campaign == 1) delivered++;
            foreach (ReservationId id in run.Reservations) engine.Expose(id, 50, 60, LedgerDurability.None);
            engine.Maintain();
        }
        return delivered;
    }
}
