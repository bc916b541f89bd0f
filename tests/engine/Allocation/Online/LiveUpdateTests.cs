namespace Rubato.Tests;

public class LiveUpdateTests
{
    [Fact]
    public void AnUpdateReplacesEverythingAndKeepsWhatWasSpent()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 5000), OnlineWorld.Campaign(2, [60]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        for (int i = 0; i < 9; i++) run.Recommend(slots: 1);
        Assert.Equal(1, engine.CampaignsGeneration);
        Assert.Equal([(50, 0u, BlockReason.Budget)], run.Score([50]));

        Assert.Equal(2, engine.ReplaceCampaigns(OnlineWorld.Json(OnlineWorld.Campaign(1, [51], budget: 8000), OnlineWorld.Campaign(7, [70])), "update"));

        Assert.Equal([(50, 0u, BlockReason.NoCampaign), (51, 1u, BlockReason.None), (60, 0u, BlockReason.NoCampaign), (70, 7u, BlockReason.None)],
            run.Score([50, 51, 60, 70]));
        Assert.Equal((8000, 5000), (engine.Ledger!.State(1).BudgetMicros, engine.Ledger.State(1).ReservedMicros));
        Assert.Equal(5, engine.Deliveries(0));
    }

    [Theory]
    [InlineData("[", "not JSON")]
    [InlineData("{\"campaigns\":[{\"id\":1}]}", "update: campaign 1: budgetMicros: missing")]
    [InlineData("BUDGET", "campaign 1: a budget of 1000 micro-units is below the 3000 handed out or spent")]
    [InlineData("AMOUNTS", "campaign 2: an amount of 777 after 256 others")]
    [InlineData("WINDOWS", "campaign 9: frequencyCap: windowSeconds: 9 after 8 other lengths (expected at most 8)")]
    public void AnUpdateThatIsWrongAnywhereChangesNothing(string json, string complaint)
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50], budget: 3000), OnlineWorld.Campaign(2, [60]));
        using Engine engine = Engine.Open(world.Options);
        using var run = new SlateRun(engine);
        for (int i = 0; i < 3; i++) run.Recommend(slots: 1);
        engine.Ledger!.Prepare([.. Enumerable.Range(1, 255).Select(micros => (2u, (long)micros))]);
        byte[] update = json switch
        {
            "AMOUNTS" => OnlineWorld.Json(OnlineWorld.Campaign(1, [50], budget: 9000), OnlineWorld.Campaign(2, [60], spend: 777)),
            "BUDGET" => OnlineWorld.Json(OnlineWorld.Campaign(2, [61], budget: 7), OnlineWorld.Campaign(1, [50], budget: 1000)),
            "WINDOWS" => OnlineWorld.Json([.. Enumerable.Range(1, 9).Select(id =>
                OnlineWorld.Campaign((uint)id, [id], budget: 9000, more: $"\"frequencyCap\":{{\"deliveries\":1,\"windowSeconds\":{id}}}"))]),
            _ => System.Text.Encoding.UTF8.GetBytes(json),
        };

        DataFileException refused = Assert.ThrowsAny<DataFileException>(() => engine.ReplaceCampaigns(update, "update"));

        Assert.Contains(complaint, refused.Message);
        Assert.Equal((1, 3000, 1_000_000), (engine.CampaignsGeneration, engine.Ledger.State(1).BudgetMicros, engine.Ledger.State(2).BudgetMicros));
        Assert.Equal([(60, 2u, BlockReason.None)], run.Score([60]));
    }

    [Fact]
    public void TheFileIsReadAgain()
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50]));
        using Engine engine = Engine.Open(world.Options with { LedgerPath = null }); // without a ledger too
        using var run = new SlateRun(engine);
        world.WriteCampaigns(OnlineWorld.Campaign(3, [70]));
        Assert.Equal(2, engine.ReloadCampaigns());
        Assert.Equal([(50, 0u, BlockReason.NoCampaign), (70, 3u, BlockReason.None)], run.Score([50, 70]));
    }

    [Theory, InlineData(4)]
    public async Task RunningLanesSeeOneGenerationOrTheOther(int updates)
    {
        using var world = new OnlineWorld(OnlineWorld.Campaign(1, [50]), OnlineWorld.Campaign(2, [60]));
        using Engine engine = Engine.Open(world.Options);
        using var stop = new CancellationTokenSource();
        Task[] lanes = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            using var run = new SlateRun(engine);
            while (!stop.IsCancellationRequested)
            {
                (long, uint, BlockReason)[] both = run.Score([50, 60]);
                Assert.True(both is [(50, 1, _), (60, 2, _)] or [(50, 11, _), (60, 12, _)], string.Join(' ', both));
            }
        }))];
        for (int i = 0; i < updates; i++)
        {
            uint shift = i % 2 == 0 ? 10u : 0u;
            engine.ReplaceCampaigns(OnlineWorld.Json(OnlineWorld.Campaign(1 + shift, [50]), OnlineWorld.Campaign(2 + shift, [60])), "update");
        }
        await stop.CancelAsync();
        await Task.WhenAll(lanes);
    }
}
