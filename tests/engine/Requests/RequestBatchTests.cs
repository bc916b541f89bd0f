using Rubato.Server;

namespace Rubato.Tests;

public class RequestBatchTests
{
    private const int Dimension = 20;
    private static readonly BatchLimits Limits = new()
    {
        RequestsMax = 8, CandidatesMax = 10, BatchCandidatesMax = 30, SlotsMax = 4, RetrievalDepth = 6, RetrievalDepthMax = 9, PromotedDepth = 0, DeniedLicensorsMax = 2,
    };

    private static readonly float[] Listener = [.. Enumerable.Range(0, Dimension).Select(i => i - 7.5f)];

    [Fact]
    public void AnEmptyCandidateListIsRefusedAndTheBatchGoesOn()
    {
        var batch = new RequestBatch(Dimension, Limits);
        Assert.Equal(0, batch.AddScore(Listener, [], default));
        Assert.Equal(1, batch.AddScore(Listener, [5], default));
        Assert.Equal([new(RequestStatus.NoCandidates, -1), RequestOutcome.Ok], batch.Outcomes.ToArray());
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void AListenerThatIsNotFiniteIsRefusedAtEveryPlace(float bad)
    {
        for (int place = 0; place < Dimension; place++)
        {
            float[] listener = [.. Listener];
            listener[place] = bad;
            Assert.Equal(new(RequestStatus.ListenerNotFinite, place), ScoreOutcome(listener, [1]));
        }
    }

    [Fact]
    public void WrongDimensionsAreRefused()
    {
        Assert.Equal(new(RequestStatus.WrongDimension, 19), ScoreOutcome(Listener[1..], [1]));
        Assert.Equal(new(RequestStatus.WrongDimension, 0), ScoreOutcome([], [1]));
    }

    [Fact]
    public void TooManyCandidatesAreRefused() =>
        Assert.Equal(new(RequestStatus.TooManyCandidates, 11), ScoreOutcome(Listener, new long[11]));

    [Theory]
    [InlineData(0, 0, 0, RequestStatus.SlotsOutOfRange, 0), InlineData(5, 0, 0, RequestStatus.SlotsOutOfRange, 5)]
    [InlineData(-1, 0, 0, RequestStatus.SlotsOutOfRange, -1), InlineData(1, -3, 0, RequestStatus.LicensorSlotsOutOfRange, -3)]
    [InlineData(1, 0, 10, RequestStatus.RetrievalDepthOutOfRange, 10), InlineData(1, 0, -1, RequestStatus.RetrievalDepthOutOfRange, -1)]
    [InlineData(4, 99, 9, RequestStatus.Ok, -1)]
    public void ASlateOutOfRangeIsRefused(int slots, int licensorSlots, int depth, RequestStatus status, int index)
    {
        var batch = new RequestBatch(Dimension, Limits);
        batch.AddRecommend(Listener, new SlateSettings(slots, licensorSlots, depth), default);
        Assert.Equal(new RequestOutcome(status, index), batch.Outcomes[0]);
    }

    [Fact]
    public void MarketsAndDeniedLicensorsAreChecked()
    {
        var batch = new RequestBatch(Dimension, Limits);
        batch.AddScore(Listener, [1], new() { Market = new((byte)'d', (byte)'E') });
        batch.AddScore(Listener, [1], new() { Market = new((byte)'D', 0) });
        batch.AddScore(Listener, [1], new() { DeniedLicensors = [1, 2, 3] });
        Assert.Equal([new(RequestStatus.InvalidMarket, -1), new(RequestStatus.InvalidMarket, -1), new(RequestStatus.TooManyDeniedLicensors, 3)],
            batch.Outcomes.ToArray());
    }

    [Fact]
    public void AFullBatchTakesNothingUntilItIsCleared()
    {
        var batch = new RequestBatch(Dimension, Limits);
        for (int i = 0; i < 3; i++) Assert.Equal(i, batch.AddScore(Listener, new long[9], default));
        Assert.Equal(-1, batch.AddScore(Listener, new long[4], default)); // 27 of 30 candidates are taken
        Assert.Equal(-1, batch.AddRecommend(Listener, new SlateSettings(1), default));
        for (int i = 3; i < 8; i++) Assert.Equal(i, batch.AddScore(Listener, [], default)); // refused requests take no candidates
        Assert.Equal(-1, batch.AddScore(Listener, [], default));
        Assert.Equal(-1, batch.AddScore(Listener, [1], default));
        Assert.Equal((8, 27), (batch.Count, batch.CandidateCount));
        batch.Clear();
        Assert.Equal(0, batch.AddScore(Listener, new long[10], default));
    }

    [Fact]
    public unsafe void PinnedMemoryIsReadInPlaceAndCopiedMemoryIsNot()
    {
        var batch = new RequestBatch(Dimension, Limits);
        float[] listener = GC.AllocateArray<float>(Dimension, pinned: true);
        long[] candidates = GC.AllocateArray<long>(3, pinned: true);
        fixed (float* values = listener)
        fixed (long* ids = candidates)
        {
            batch.AddScore(new PinnedSpan<float>((nint)values, Dimension), new PinnedSpan<long>((nint)ids, 3), default);
            batch.AddScore(listener, candidates, default);
            listener[4] = 3;
            candidates[2] = 8;
            Assert.Equal((3f, 8), (batch.Rows[0].Listener.Span[4], batch.Rows[0].Candidates.Span[2]));
            Assert.Equal((0f, 0), (batch.Rows[1].Listener.Span[4], batch.Rows[1].Candidates.Span[2]));
        }
    }

    [Fact]
    public void ByDefaultTheLargestBatchOfAServerIsOneBatch()
    {
        var batch = new RequestBatch(Dimension, new BatchLimits());
        for (int i = 0; i < new ServerLimits().BatchMax; i++) Assert.Equal(i, batch.AddRecommend(Listener, new SlateSettings(10), default));
    }

    [Fact]
    public void ASearchTakesItsDepthButNeverLessThanItsSlots()
    {
        var batch = new RequestBatch(Dimension, Limits with { PromotedDepth = 5 });
        batch.AddRecommend(Listener, new SlateSettings(2), default);
        batch.AddRecommend(Listener, new SlateSettings(4, RetrievalDepth: 3), default);
        batch.AddRecommend(Listener, new SlateSettings(4), default, [7, 8]);
        Assert.Equal([6, 4, 0], batch.Rows.ToArray().Select(row => row.RetrievalDepth));
        Assert.Equal(6 + 5 + 4 + 5 + 2, batch.CandidateCount);
    }

    [Fact]
    public void EveryStatusNamesItsField()
    {
        foreach (RequestStatus status in Enum.GetValues<RequestStatus>())
            Assert.Equal(status == RequestStatus.Ok, status.Field().Length == 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((RequestStatus)999).Field());
    }

    private static RequestOutcome ScoreOutcome(float[] listener, long[] candidates)
    {
        var batch = new RequestBatch(Dimension, Limits);
        batch.AddScore(listener, candidates, default);
        return batch.Outcomes[0];
    }
}
