namespace Rubato.Tests;

public class ExposureTests
{
    [Fact]
    public void AnEventSettlesOrReleasesOnceAndNamesWhatIsWrongWithIt()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60, 70], budget: 100_000), OnlineWorld.Campaign(2, [80]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        run.Recommend(slots: 3);
        ReservationId[] ids = run.Reservations;

        Assert.Equal(ExposureOutcome.Settled, Expose(ids[0], 50, 30));
        Assert.Equal(ExposureOutcome.AlreadySettled, Expose(ids[0], 50, 3)); // whatever the second event says
        Assert.Equal(ExposureOutcome.Released, Expose(ids[1], 60, 29.9));
        Assert.Equal(ExposureOutcome.AlreadyReleased, Expose(ids[1], 60, 200));
        Assert.Equal(ExposureOutcome.WrongTrack, Expose(ids[2], 80, 200));
        Assert.Equal(ExposureOutcome.WrongTrack, Expose(ids[2], 12345, 200)); // no track at all
        Assert.Equal(ExposureOutcome.BadSeconds, Expose(ids[2], 70, -1));
        Assert.Equal(ExposureOutcome.BadSeconds, Expose(ids[2], 70, double.NaN));
        Assert.Equal(ExposureOutcome.Forged, Expose(ReservationId.Read(new byte[16]), 70, 200));
        engine.Ledger!.CloseLease(1, 1);
        Assert.Equal(ExposureOutcome.Late, Expose(ids[2], 70, 200));
        Assert.Equal((1000, 1), (engine.Ledger.State(1).SettledMicros, engine.Ledger.State(1).LateEvents));

        ExposureOutcome Expose(ReservationId id, long track, double seconds) => engine.Expose(id, track, seconds, LedgerDurability.Journalled);
    }

    [Fact]
    public void AnotherLedgersReservationIsForged()
    {
        using var mine = new OnlineWorld(OnlineWorld.Campaign(1, [50]));
        using var other = new OnlineWorld(OnlineWorld.Campaign(1, [50]));
        using Engine engine = Engine.Open(mine.Options), elsewhere = Engine.Open(other.Options);
        using var run = new SlateRun(elsewhere);
        run.Recommend(slots: 1);
        Assert.Equal(ExposureOutcome.Forged, engine.Expose(run.Reservations[0], 50, 60, LedgerDurability.None));
    }

    [Fact]
    public void AnEventSettlesAfterItsCampaignIsGone()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        run.Recommend(slots: 1);
        ReservationId id = run.Reservations[0];
        engine.ReplaceCampaigns(OnlineWorld.Json(OnlineWorld.Campaign(2, [50])), "update");
        Assert.Equal(ExposureOutcome.Settled, engine.Expose(id, 50, 60, LedgerDurability.None));
    }

    [Fact]
    public void WhatNobodySeesIsGivenBack()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50, 60]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        run.Recommend(slots: 2);
        Assert.Equal(2000, engine.Ledger!.State(1).ReservedMicros);
        engine.Withdraw(run.Responses, 0);
        Assert.Equal(0, engine.Ledger.State(1).ReservedMicros);
    }
}
