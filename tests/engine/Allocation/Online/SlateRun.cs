namespace Rubato.Tests;

/// <summary>Asks an engine one request at a time.</summary>
internal sealed class SlateRun : IDisposable
{
    private readonly EngineLane _lane;
    private readonly RequestBatch _requests;

    public SlateRun(Engine engine)
    {
        _lane = engine.CreateLane();
        _requests = engine.CreateRequests();
        Responses = engine.CreateResponses();
    }

    public ResponseBatch Responses { get; }

    public (long Track, uint Campaign, BlockReason Block)[] Recommend(int slots, ulong listener = 0, double? lossMax = null, int losers = 0, int licensorSlotsMax = 0)
    {
        _requests.Clear();
        _requests.AddRecommend(OnlineWorld.Listener, new SlateSettings(slots, licensorSlotsMax, 0, lossMax, losers), new() { ListenerId = listener, WantBreakdown = true });
        return Run();
    }

    public (long Track, uint Campaign, BlockReason Block)[] Score(long[] tracks, ulong listener = 0)
    {
        _requests.Clear();
        _requests.AddScore(OnlineWorld.Listener, tracks, new() { ListenerId = listener, WantBreakdown = true });
        return Run();
    }

    /// <summary>What was reserved for the last slate.</summary>
    public ReservationId[] Reservations => [.. Responses.Reservations(0).ToArray().Where(id => id != default)];

    public void Dispose() => _lane.Dispose();

    private (long, uint, BlockReason)[] Run()
    {
        _lane.Score(_requests, Responses);
        Assert.Equal(RequestOutcome.Ok, Responses.Outcomes[0]);
        var entries = new (long, uint, BlockReason)[Responses.Scores(0).Length];
        for (int i = 0; i < entries.Length; i++) entries[i] = (Responses.TrackIds(0)[i], Responses.CampaignIds(0)[i], Responses.Blocks(0)[i]);
        for (int i = 0; i < entries.Length; i++)
        {
            double sum = 0;
            for (int term = 0; term < ResponseBatch.TermCount; term++) sum += Responses.Terms(0, (BreakdownTerm)term)[i];
            Assert.True(float.IsNegativeInfinity(Responses.Scores(0)[i]) || (float)sum == Responses.Scores(0)[i], "the terms do not sum to the score");
        }
        return entries;
    }
}
