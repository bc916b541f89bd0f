namespace Rubato.Tests;

public class SlateSelectorTests
{
    private static readonly BatchLimits Limits = new() { SlotsMax = 16 };

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void NoOtherChoiceUnderTheMaximumIsWorthMore(int seed)
    {
        var random = new Random(seed);
        var selector = new SlateSelector(Limits);
        for (int round = 0; round < 200; round++)
        {
            int count = random.Next(1, 11), slots = random.Next(1, 6), most = random.Next(1, 3);
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(1, 20))];
            uint[] licensors = [.. Enumerable.Range(0, count).Select(_ => (uint)random.Next(0, 4))];
            int[] rows = [.. Enumerable.Range(0, count)];
            var chosen = new int[slots];
            int filled = Select(selector, scores, rows, licensors, most, chosen);
            Assert.True(Fits(chosen.AsSpan(0, filled), licensors, most));
            double best = 0;
            for (int subset = 0; subset < 1 << count; subset++)
            {
                int[] picked = [.. rows.Where(row => (subset >> row & 1) != 0)];
                if (picked.Length <= slots && Fits(picked, licensors, most)) best = Math.Max(best, picked.Sum(row => (double)scores[row]));
            }
            Assert.Equal(best, chosen.Take(filled).Sum(row => (double)scores[row]));
        }
    }

    [Fact]
    public void TiesGoToTheEarlierCandidate()
    {
        var chosen = new int[3];
        Assert.Equal(3, Select(new SlateSelector(Limits), [1, 2, 2, -5, 2], [9, 8, 7, 6, 5], new uint[10], 0, chosen));
        Assert.Equal([1, 2, 4], chosen);
    }

    [Fact]
    public void NegativeScoresFillSlotsAndBlockedOnesDoNot()
    {
        var chosen = new int[4];
        int filled = Select(new SlateSelector(Limits), [-3, float.NegativeInfinity, -2, 0], [0, 1, 2, 3], new uint[4], 0, chosen);
        Assert.Equal([3, 2, 0], chosen[..filled]);
    }

    [Fact]
    public void CountsOfOneSlateDoNotReachTheNext()
    {
        var selector = new SlateSelector(Limits);
        for (int slate = 0; slate < 100; slate++)
        {
            var chosen = new int[16];
            uint[] licensors = [.. Enumerable.Range(0, 32).Select(row => (uint)(row / 2 * 4096) + 1)];
            Assert.Equal(16, Select(selector, [.. Enumerable.Repeat(1f, 32)], [.. Enumerable.Range(0, 32)], licensors, 1, chosen));
            Assert.Equal(Enumerable.Range(0, 16).Select(slot => 2 * slot), chosen);
        }
    }

    [Fact]
    public void ACandidateThatCannotPayCompetesAgainForLess()
    {
        var taker = new Poor(new() { [0] = 1.5f, [2] = 0.5f });
        float[] scores = [3, 2, 4, 1];
        var chosen = new int[3];
        var view = new CandidateView { Rows = [0, 1, 2, 3], Blocks = new BlockReason[4], Relevance = new double[4] };
        int filled = new SlateSelector(Limits).Select(view, scores, new SlateShape(new uint[4], 0), 1, ref taker, chosen, new BlockReason[4]);
        Assert.Equal([1, 0, 3], chosen[..filled]);
        Assert.Equal([1.5f, 2, 0.5f, 1], scores);
    }

    private static int Select(SlateSelector selector, float[] scores, int[] rows, uint[] licensors, int licensorSlotsMax, int[] chosen)
    {
        var free = new FreeSlots();
        var view = new CandidateView { Rows = rows, Blocks = new BlockReason[rows.Length], Relevance = new double[rows.Length] };
        return selector.Select(view, scores, new SlateShape(licensors, licensorSlotsMax), 1, ref free, chosen, new BlockReason[rows.Length]);
    }

    /// <summary>Some candidates find at their first try that they are worth less.</summary>
    private readonly struct Poor(Dictionary<int, float> lowered) : ISlotTaker
    {
        public bool TryTake(int candidate, out float score) => !lowered.Remove(candidate, out score);
    }

    private static bool Fits(ReadOnlySpan<int> picked, uint[] licensors, int most) =>
        picked.ToArray().Where(row => licensors[row] != 0).GroupBy(row => licensors[row]).All(group => group.Count() <= most);
}
