namespace Rubato.Tests;

public sealed class SimulatorTests
{
    [Theory, InlineData(1, 1.0), InlineData(2, 3.0)]
    public void PricesComeCloseToTheOptimumAndBeatTheBaselines(int seed, double shock)
    {
        using var worlds = new SimulatedWorlds(seed);
        using SimulationWorld world = SimulationWorld.Create(worlds.Data, SimulatedWorlds.Short(seed) with { ShockFactor = shock });
        Dictionary<string, SimulationResult> results = PacingPolicies.Names.ToDictionary(name => name, name => Simulator.Run(world, name));
        Assert.InRange(world.OptimumValue, 0.999 * world.OptimumBound, world.OptimumBound);
        foreach (SimulationResult result in results.Values)
        {
            Assert.InRange(result.ValueRatio, 0.3, 1); // nobody beats the bound
            Assert.InRange(result.BudgetUsed, 0.5, 1);
            Assert.All(result.Records, record => Assert.InRange(record.SpentMicros, 0, world.Campaigns.Campaigns[record.Campaign].BudgetMicros));
        }
        foreach (string policy in new[] { "dual", "cpwu" })
        {
            SimulationResult result = results[policy];
            Assert.InRange(result.ValueRatio, shock > 1 ? 0.93 : 0.97, 1);
            Assert.True(result.ValueRatio > results["greedy"].ValueRatio && result.ValueRatio > results["throttle"].ValueRatio);
            Assert.InRange(result.BudgetUsed, 0.98, 1);
            Assert.InRange(result.WorstDeviation, 0, 0.12);
            Assert.InRange(result.TotalDeviation, 0, 0.03);
        }
        Assert.InRange(results["throttle"].TotalDeviation, 0, 0.06);
        Assert.True(results["greedy"].TotalDeviation > 0.2); // spends the morning's and the evening's money before noon
    }

    [Theory, InlineData(7)]
    public void ASeedGivesTheSameDayToTheBit(int seed)
    {
        SimulationOptions options = SimulatedWorlds.Short(seed) with { Hours = 3 };
        SimulationResult[] results = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            using var worlds = new SimulatedWorlds(seed);
            using SimulationWorld world = SimulationWorld.Create(worlds.Data, options);
            return Simulator.Run(world, "dual");
        })];
        Assert.Equal(results[0].Records, results[1].Records);
        Assert.Equal(results[0] with { Records = [] }, results[1] with { Records = [] });
        using var others = new SimulatedWorlds(seed);
        using SimulationWorld other = SimulationWorld.Create(others.Data, options with { Seed = seed + 1 });
        Assert.NotEqual(results[0].Value, Simulator.Run(other, "dual").Value);
    }

    [Fact]
    public void WithMoreMoneyThanSlotsTheOptimumIsTheBestSlateForEverybody()
    {
        using var worlds = new SimulatedWorlds(3);
        SimulationOptions options = SimulatedWorlds.Short(3) with { Hours = 2, Campaigns = 2, Slots = 2, BudgetShare = 10, ExposureProbability = 1 };
        using SimulationWorld world = SimulationWorld.Create(worlds.Data, options);
        double all = 0, payable = 0;
        foreach (int listener in world.Arrivals.Listeners) all += world.Edges.Values(listener).ToArray().Sum(value => (double)value);
        foreach (int listener in world.Arrivals.Listeners) payable += world.Edges.Campaigns(listener).Length;
        Assert.InRange(world.OptimumBound, 0.5 * all, all); // budgets pay for 60 % of the requests of each campaign
        Assert.InRange(world.OptimumBudgetUsed, 0.99, 1);
        Assert.True(payable > 0);
    }

    [Fact]
    public void ARunCanBeEnded()
    {
        using var worlds = new SimulatedWorlds(3);
        using SimulationWorld world = SimulationWorld.Create(worlds.Data, SimulatedWorlds.Short(3) with { Hours = 1 });
        Assert.Throws<OperationCanceledException>(() => Simulator.Run(world, "dual", null, new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentException>(() => Simulator.Run(world, "best"));
    }

    [Fact]
    public void OptionsOutOfRangeAreNamed()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Hours", () => new SimulationOptions { Hours = 0 }.Validated());
        Assert.Throws<ArgumentOutOfRangeException>("ShockFactor", () => new SimulationOptions { ShockFactor = double.NaN }.Validated());
        Assert.Throws<ArgumentOutOfRangeException>("RecordSeconds", () => new SimulationOptions { IntervalSeconds = 7 }.Validated());
    }
}
