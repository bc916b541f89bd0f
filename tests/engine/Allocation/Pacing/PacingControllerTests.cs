namespace Rubato.Tests;

public sealed class PacingControllerTests
{
    private static readonly DateTime Start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly PacingOptions Options = new();

    [Fact]
    public void TheFirstUpdateOnlyBeginsAnInterval()
    {
        PacingController controller = Controller(Set(Campaign(7)));
        PacingSignals first = controller.Signals;
        Assert.Equal([new PacingSignal(2, 0.5, 1)], first.Signals.ToArray());
        Assert.False(controller.Update(Start.AddHours(6), [new CampaignSpend(25_000, 25)]));
        Assert.Same(first, controller.Signals);
        Assert.True(controller.Update(Start.AddHours(6).AddSeconds(1), [new CampaignSpend(25_000, 25)]));
        Assert.NotSame(first, controller.Signals);
        Assert.Equal(1, controller.Signals.Number);
        Assert.True(controller.Signals.Signals[0].Lambda < 2); // nothing was spent in the interval
        Assert.Equal(2, first.Signals[0].Lambda); // whoever holds the old ones still reads them
    }

    [Fact]
    public void TheStateIsThePlanOfTheRemainingCurve()
    {
        PacingController controller = Controller(Set(Campaign(7)));
        controller.Update(Start.AddHours(12), [new CampaignSpend(40_000, 40)]);
        controller.Update(Start.AddHours(13), [new CampaignSpend(45_000, 45)]);
        PacingState state = controller.States[0];
        Assert.Equal((true, 45_000L, 5_000L, 45L), (state.Runs, state.SpentMicros, state.SpentInIntervalMicros, state.Delivered));
        Assert.Equal(13 / 24.0, state.TargetFraction, 1e-12);
        Assert.Equal(60_000 / 12.0, state.PlannedMicros, 1e-6);
        Assert.Equal(55_000 / 11.0, state.PlannedNextMicros, 1e-6);
        Assert.Equal(1.5, state.WorthMax, 1e-12); // w_relevance 1 + w_promotion 10 · 0.05
        Assert.Equal(1515, state.LambdaMax, 1e-9);
    }

    [Theory, InlineData(-10), InlineData(0)]
    public void AClockThatJumpsBackChangesNothing(int seconds)
    {
        PacingController controller = Controller(Set(Campaign(7)));
        controller.Update(Start.AddHours(6), [default]);
        controller.Update(Start.AddHours(7), [new CampaignSpend(90_000, 90)]);
        PacingSignals signals = controller.Signals;
        PacingState state = controller.States[0];
        Assert.False(controller.Update(Start.AddHours(7).AddSeconds(seconds), [new CampaignSpend(99_000, 99)]));
        Assert.Same(signals, controller.Signals);
        Assert.Equal(state, controller.States[0]);
        Assert.True(controller.Update(Start.AddHours(8), [new CampaignSpend(99_000, 99)]));
        Assert.Equal(9_000, controller.States[0].SpentInIntervalMicros); // the interval is counted whole when the clock has caught up
    }

    [Fact]
    public void AClockThatWasFarAheadBeginsAnIntervalAnew()
    {
        PacingController controller = Controller(Set(Campaign(7)));
        controller.Update(Start.AddHours(6), [default]);
        controller.Update(Start.AddHours(20), [new CampaignSpend(50_000, 50)]);
        Assert.False(controller.Update(Start.AddHours(7), [new CampaignSpend(60_000, 60)])); // begins
        Assert.True(controller.Update(Start.AddHours(7).AddSeconds(1), [new CampaignSpend(61_000, 61)]));
        Assert.Equal(1_000, controller.States[0].SpentInIntervalMicros);
    }

    [Fact]
    public void APlanLeavesTheDayItsLimit()
    {
        PacingController controller = Controller(Set(Campaign(7) with { End = Start.AddDays(4), DailyBudgetMicros = 30_000 }));
        controller.Update(Start.AddHours(1), [default]);
        controller.Update(Start.AddHours(2), [new CampaignSpend(29_000, 29)]);
        Assert.Equal(1_000.0 / 22, controller.States[0].PlannedNextMicros, 1e-6); // 71,000 are left of the budget, 1,000 of the day
        Assert.True(controller.States[0].CanSpend);
        controller.Update(Start.AddHours(3), [new CampaignSpend(29_500, 30)]);
        Assert.False(controller.States[0].CanSpend); // 500 do not pay another
        controller.Update(Start.AddHours(24.5), [new CampaignSpend(29_500, 30)]);
        Assert.Equal((true, 0L), (controller.States[0].CanSpend, controller.States[0].SpentTodayMicros));
    }

    [Fact]
    public void ARestartCountsWhatTheCurveAllowsAsSpentBeforeToday()
    {
        PacingController controller = Controller(Set(Campaign(7) with { End = Start.AddDays(4), DailyBudgetMicros = 30_000 }));
        controller.Update(Start.AddDays(2).AddHours(1), [new CampaignSpend(56_000, 56)]); // the curve wants 50,000 by midnight
        Assert.Equal(6_000, controller.States[0].SpentTodayMicros);
    }

    [Fact]
    public void ANewCampaignSetGoesOnWithTheSignalsOfTheOldOne()
    {
        PacingController old = Controller(Set(Campaign(7), Campaign(9)));
        old.Update(Start.AddHours(1), [default, default]);
        old.Update(Start.AddHours(2), [new CampaignSpend(90_000, 90), default]);
        var fresh = new PacingController(Set(Campaign(3), Campaign(7)), null, 1, 10, Options, old);
        Assert.Equal([new PacingSignal(0, 0, 1), old.Signals.Signals[0]], fresh.Signals.Signals.ToArray());
        Assert.True(fresh.Signals.Number > old.Signals.Number);
        fresh.Update(Start.AddHours(3), [new CampaignSpend(5_000, 5), new CampaignSpend(91_000, 91)]);
        Assert.Equal([0, 1_000], fresh.States.ToArray().Select(state => state.SpentInIntervalMicros)); // campaign 3 has only just been met
    }

    [Theory, InlineData(0.0), InlineData(0.03), InlineData(0.5), InlineData(1.0)]
    public void AdmissionIsAShareOfTheRequestsAndAlwaysTheSameForOne(double probability)
    {
        var signals = new PacingSignals(1, [new PacingSignal(0, 0, probability), new PacingSignal(0, 0, probability)]);
        const int requests = 100_000;
        bool[][] admitted = [.. Enumerable.Range(0, 2).Select(campaign => Enumerable.Range(0, requests).Select(n => signals.Admits(campaign, (ulong)n)).ToArray())];
        Assert.Equal(admitted[0], Enumerable.Range(0, requests).Select(n => signals.Admits(0, (ulong)n)));
        double tolerance = 5 * Math.Sqrt(probability * (1 - probability) / requests);
        Assert.Equal(probability, admitted[0].Count(yes => yes) / (double)requests, tolerance);
        int both = admitted[0].Zip(admitted[1]).Count(pair => pair.First && pair.Second);
        Assert.Equal(probability * probability, both / (double)requests, tolerance); // campaigns are admitted independently
    }

    [Fact]
    public void BadOptionsAreNamed()
    {
        Assert.Throws<ArgumentException>(() => new PacingOptions { Policy = "fast" }.Validated());
        Assert.Throws<ArgumentOutOfRangeException>("IntervalMillis", () => new PacingOptions { IntervalMillis = 9 }.Validated());
        Assert.Throws<ArgumentException>("spends", () => Controller(Set(Campaign(7))).Update(Start, []));
    }

    private static PacingController Controller(CampaignSet set) => new(set, new PriceSet
    {
        Generation = 1, Created = Start, CampaignIds = [9, 7], Budget = [1, 2], Promise = [0, 0.5],
    }, relevanceWeight: 1, promotionWeight: 10, Options);

    private static CampaignSet Set(params Campaign[] campaigns) => new(campaigns, [], catalogueRows: 1);

    private static Campaign Campaign(uint id) => new()
    {
        Id = id, Name = "synthetic", Licensor = 1, ValueMicros = 50_000, SpendMicros = 1_000, BudgetMicros = 100_000, DailyBudgetMicros = 100_000,
        Curve = SpendCurve.Even, Promised = 0, FrequencyCap = null, Start = Start, End = Start.AddDays(1), Markets = [], PromotesExplicit = true, Rows = [0],
    };
}
