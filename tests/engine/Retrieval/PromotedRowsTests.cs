using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>What is kept from request to request changes no bitmap.</summary>
public class PromotedRowsTests
{
    private const int Campaigns = 12, Words = (OnlineWorld.Tracks + 63) / 64;

    [Theory, InlineData(1), InlineData(20_260_801)]
    public void TheRowsAreThoseOfTheCampaignsThatCanGiveWhateverHappensBetweenRequests(int seed)
    {
        var random = new Random(seed);
        using var world = new OnlineWorld(Json(random));
        using Engine engine = Engine.Open(world.Options with { Limits = world.Options.Limits with { PromotedDepth = 20 } });
        using var run = new SlateRun(engine);
        var promoted = new PromotedRows(Words);
        var requests = new RequestBatch(4, engine.Options.Limits);
        ulong[] rows = new ulong[Words];
        var seen = new HashSet<(ulong, ulong)>();
        int dry = 0, capped = 0;
        for (int step = 0; step < 1000; step++)
        {
            if (random.Next(8) == 0) world.Clock.Now += TimeSpan.FromHours(random.Next(12));
            if (random.Next(8) == 0) engine.Maintain();
            if (random.Next(100) == 0) engine.ReplaceCampaigns(OnlineWorld.Json(Json(random)), "test");
            run.Recommend(slots: 5, listener: (ulong)random.Next(4));
            promoted.Begin(engine.Live, world.Clock.Now.UtcTicks);
            requests.Clear();
            for (int i = 0; i < 4; i++)
            {
                var market = new Market((byte)('A' + random.Next(4)), (byte)('A' + random.Next(10))); // 40: more than are kept
                requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(1), new() { Market = random.Next(5) == 0 ? default : market, ListenerId = (ulong)random.Next(4) });
                RequestRow row = requests.Rows[i];
                promoted.Fill(row, default, rows);
                Assert.Equal(Anew(engine.Live, row, world.Clock.Now.UtcTicks), rows);
                seen.Add((rows[0], rows[1]));
            }
            for (int campaign = 0; campaign < Campaigns; campaign++)
            {
                if (engine.Live.IsOut(campaign)) dry++;
                if (engine.Live.IsCapped(campaign, 1, world.Clock.Now.UtcTicks)) capped++;
            }
        }
        Assert.True(seen.Count > 100 && dry > 100 && capped > 100, $"{seen.Count} bitmaps, {dry} times out of money, {capped} times capped");
    }

    [Fact]
    public void NothingIsAllocatedWhereMarketsTakeTurns()
    {
        var random = new Random(1);
        using var world = new OnlineWorld(Json(random));
        using Engine engine = Engine.Open(world.Options);
        var promoted = new PromotedRows(Words);
        var requests = new RequestBatch(4, engine.Options.Limits);
        ulong[] rows = new ulong[Words];
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int market = 0; market < 50; market++)
            {
                requests.Clear();
                requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(1), new() { Market = new((byte)('A' + market / 26), (byte)('A' + market % 26)), ListenerId = 1 });
                promoted.Begin(engine.Live, world.Clock.Now.UtcTicks);
                promoted.Fill(requests.Rows[0], default, rows);
            }
        }));
    }

    private static ulong[] Anew(LiveCampaigns live, in RequestRow request, long nowTicks)
    {
        ulong[] rows = new ulong[Words];
        for (int campaign = 0; campaign < live.Book.Campaigns.Count; campaign++)
        {
            if (live.Book.Obstacle(campaign, nowTicks, request.Market) != BlockReason.None) continue;
            if (!live.IsOut(campaign) && !live.IsCapped(campaign, request.ListenerId, nowTicks)) live.Book.Campaigns.Mark(campaign, rows);
        }
        return rows;
    }

    // Some run for a part of the time and in some markets, have little money for a day, are capped; each has tracks that others have, too.
    private static string[] Json(Random random) => [.. Enumerable.Range(1, Campaigns).Select(id =>
    {
        long[] tracks = [.. Enumerable.Range(0, OnlineWorld.Tracks).Where(_ => random.Next(8) == 0).Select(row => (long)row), id];
        string more = "\"dailyBudgetMicros\":" + random.Next(1, 40) * 1000;
        if (random.Next(3) > 0) more += $",\"frequencyCap\":{{\"deliveries\":{random.Next(1, 6)},\"windowSeconds\":36000}}";
        if (random.Next(2) == 0) more += $",\"markets\":[{string.Join(',', Enumerable.Range(0, 10).Select(letter => $"\"{(char)('A' + random.Next(4))}{(char)('A' + letter)}\""))}]";
        return OnlineWorld.Campaign((uint)id, [.. tracks.Distinct()], budget: 10_000_000, more: more)
            .Replace("2026-07-15", $"2026-07-{random.Next(10, 25)}").Replace("2026-08-15", $"2026-08-{random.Next(10, 25)}");
    })];
}
