namespace Rubato.Tests;

public sealed class PacingPolicyTests
{
    private const long Spend = 1000, Budget = 10_000_000;

    public static TheoryData<string> All => [.. PacingPolicies.Names];

    public static TheoryData<string> Priced => ["dual", "cpwu"];

    [Theory, MemberData(nameof(Priced))]
    public void ThePriceRisesWhereSpendIsAheadAndFallsWhereItIsBehind(string policy)
    {
        Assert.True(Update(policy, State(spent: 50 * Spend), new PacingSignal(2, 0, 1)).Lambda > 2);
        Assert.True(Update(policy, State(spent: 0), new PacingSignal(2, 0, 1)).Lambda < 2);
        Assert.Equal(2, Update(policy, State(spent: 10 * Spend), new PacingSignal(2, 0, 1)).Lambda, 1e-12);
        Assert.True(Update(policy, State(spent: 50 * Spend), default).Lambda > 0); // it leaves 0
    }

    [Theory, MemberData(nameof(Priced))]
    public void AFartherErrorMovesThePriceFarther(string policy)
    {
        double[] prices = [.. Enumerable.Range(0, 20).Select(n => Update(policy, State(spent: n * Spend), new PacingSignal(2, 0, 1)).Lambda)];
        for (int n = 1; n < prices.Length; n++) Assert.True(prices[n] > prices[n - 1]);
    }

    [Fact]
    public void AdmissionFallsWhereSpendIsAheadAndRisesWhereItIsBehind()
    {
        Assert.True(Update("throttle", State(spent: 50 * Spend), new PacingSignal(0, 0, 0.5)).Admission < 0.5);
        Assert.True(Update("throttle", State(spent: 0), new PacingSignal(0, 0, 0.5)).Admission > 0.5);
        Assert.Equal(1, Update("throttle", State(spent: 0), new PacingSignal(0, 0, 1)).Admission);
    }

    [Fact]
    public void GreedyAsksNothingAndStaticWhatTheSolverAsked()
    {
        PacingState state = State(spent: 500 * Spend) with { BaseLambda = 3, BaseMu = 0.5 };
        Assert.Equal(new PacingSignal(0, 0, 1), Update("greedy", state, new PacingSignal(3, 1, 0.1)));
        Assert.Equal(new PacingSignal(3, 0.5, 1), Update("static", state, new PacingSignal(1, 1, 0.1)));
    }

    [Fact]
    public void APriceDoesNotMoveWhereTheCampaignCannotSpend()
    {
        foreach (string policy in new[] { "dual", "cpwu" })
        {
            Assert.Equal(2, Update(policy, State(spent: 0) with { Runs = false }, new PacingSignal(2, 0, 1)).Lambda);
            Assert.Equal(2, Update(policy, State(spent: 0) with { SpentMicros = Budget }, new PacingSignal(2, 0, 1)).Lambda);
            Assert.Equal(2, Update(policy, State(spent: 0) with { DailyBudgetMicros = 100, SpentTodayMicros = 100 }, new PacingSignal(2, 0, 1)).Lambda);
            Assert.Equal(0, Update(policy, State(spent: 0) with { SpendMicros = 0 }, default).Lambda);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void EverySignalStaysInItsRangeWhateverHappens(string policy)
    {
        long[] extremes = [long.MinValue / 4, -1, 0, 1, Spend, Budget, long.MaxValue / 4];
        double[] planned = [0, 1e-9, 1, 1e18];
        IPacingPolicy paced = PacingPolicies.Create(policy);
        foreach (long spent in extremes)
            foreach (double plan in planned)
                foreach (long spend in new[] { 0, 1, Spend, BudgetAccount.ReservationMicrosMax })
                    foreach (double worth in new[] { 0, 1e-6, 2, 1e18 })
                    {
                        PacingState state = State(spent) with
                        {
                            SpentMicros = Math.Clamp(spent, 0, Budget), SpendMicros = spend, PlannedMicros = plan, PlannedNextMicros = 1 / (plan + 1e-300),
                            WorthMax = worth, Promised = 10, Delivered = spent, BaseLambda = PriceSet.PriceMax, BaseMu = PriceSet.PriceMax,
                        };
                        PacingSignal[] signals = [paced.Start(state)];
                        for (int round = 0; round < 50; round++)
                        {
                            paced.Update(Tick(traffic: round % 3, next: (round + 1) % 3), [state], signals);
                            Assert.InRange(signals[0].Lambda, 0, PriceSet.PriceMax);
                            Assert.InRange(signals[0].Mu, 0, PriceSet.PriceMax);
                            Assert.InRange(signals[0].Admission, 0, 1);
                        }
                    }
    }

    [Fact]
    public void APromiseThatIsBehindRaisesItsPriceUpToTheWorthOfADelivery()
    {
        PacingState state = State(spent: 0) with { Promised = 1000, TargetFraction = 0.5, BaseMu = 0.25 };
        Assert.Equal(0.25, Update("dual", state with { Delivered = 500 }, default).Mu);
        Assert.Equal(0.25, Update("dual", state with { Delivered = 900 }, default).Mu);
        Assert.Equal(0.25 + 1, Update("dual", state with { Delivered = 475 }, default).Mu, 1e-12); // half of the slack of 50, half of 2
        Assert.Equal(0.25 + 2, Update("dual", state with { Delivered = 0 }, default).Mu, 1e-12);
    }

    [Fact]
    public void ThePriceAnswersTheTrafficProfileBeforeSpendDoes()
    {
        PacingState onPlan = State(spent: 10 * Spend);
        Assert.True(Update("dual", onPlan, new PacingSignal(2, 0, 1), Tick(traffic: 1, next: 2)).Lambda > 2);  // twice the listeners, the same money
        Assert.True(Update("dual", onPlan, new PacingSignal(2, 0, 1), Tick(traffic: 2, next: 1)).Lambda < 2);
        PacingState follows = onPlan with { PlannedNextMicros = 2 * onPlan.PlannedMicros };
        Assert.Equal(2, Update("dual", follows, new PacingSignal(2, 0, 1), Tick(traffic: 1, next: 2)).Lambda, 1e-12);
    }

    [Fact]
    public void CpwuHoldsSpendWithinItsSlackOfTheCurve()
    {
        PacingState half = State(spent: 10 * Spend) with { TargetFraction = 0.5 };
        PacingState ahead = half with { SpentMicros = (long)(0.56 * Budget) }, behind = half with { SpentMicros = (long)(0.44 * Budget) };
        Assert.Equal(ahead.LambdaMax, Update("cpwu", ahead, default).Lambda); // more than 5 % ahead: nobody is worth it
        Assert.Equal(0, Update("cpwu", behind, new PacingSignal(100, 0, 1)).Lambda); // more than 5 % behind: it costs nothing
    }

    [Theory, InlineData("dual"), InlineData("cpwu"), InlineData("throttle")]
    public void SpendFollowsTheCurveOfASimpleMarket(string policy)
    {
        // 40 deliveries a minute are to be had for nothing; demand falls with the price. 10,000 deliveries in a day are paid for: 7 a minute.
        IPacingPolicy paced = PacingPolicies.Create(policy);
        double spent = 0, worst = 0;
        PacingState state = State(0) with { BudgetMicros = Budget, DailyBudgetMicros = Budget, SpendMicros = Spend, WorthMax = 2 };
        PacingSignal[] signals = [paced.Start(state)];
        for (int minute = 0; minute < 1440; minute++)
        {
            double planned = (Budget - spent) / (1440 - minute);
            double demand = 40 * Spend * Math.Max(0, 1 - (signals[0].Lambda / state.LambdaMax)) * signals[0].Admission;
            spent += Math.Min(demand, Budget - spent);
            double target = (minute + 1) / 1440.0;
            worst = Math.Max(worst, Math.Abs((spent / Budget) - target));
            state = state with { SpentMicros = (long)spent, SpentInIntervalMicros = (long)demand, PlannedMicros = planned, PlannedNextMicros = planned, TargetFraction = target };
            paced.Update(Tick() with { ElapsedSeconds = 60 }, [state], signals);
        }
        Assert.InRange(spent / Budget, 0.99, 1);
        Assert.InRange(worst, 0, 0.07); // the start costs the most: it begins with a price of 0
    }

    [Fact]
    public void AnUnknownPolicyIsRefusedWithTheNames()
        => Assert.Contains("expected dual, cpwu, static, throttle, greedy", Assert.Throws<ArgumentException>(() => PacingPolicies.Create("none")).Message);

    private static PacingSignal Update(string policy, PacingState state, PacingSignal signal, PacingTick? tick = null)
    {
        PacingSignal[] signals = [signal];
        PacingPolicies.Create(policy).Update(tick ?? Tick(), [state], signals);
        return signals[0];
    }

    private static PacingTick Tick(double traffic = 1, double next = 1) =>
        new(new DateTime(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc), ElapsedSeconds: 10, traffic, next);

    // Ten deliveries were planned for an interval of ten seconds.
    private static PacingState State(long spent) => new()
    {
        Campaign = 0, Runs = true, BudgetMicros = Budget, DailyBudgetMicros = Budget, SpendMicros = Spend,
        SpentMicros = Budget / 4, SpentTodayMicros = 0, SpentInIntervalMicros = spent, Promised = 0, Delivered = 0,
        TargetFraction = 0.25, PlannedMicros = 10 * Spend, PlannedNextMicros = 10 * Spend, BaseLambda = 0, BaseMu = 0, WorthMax = 2,
    };
}
