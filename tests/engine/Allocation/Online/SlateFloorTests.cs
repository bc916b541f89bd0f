namespace Rubato.Tests;

public class SlateFloorTests
{
    private static readonly BatchLimits Limits = new() { SlotsMax = 16 };

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void TheSlateNeverLosesMoreRelevanceThanAllowedAndNoSlotStaysEmpty(int seed)
    {
        var random = new Random(seed);
        var selector = new SlateSelector(Limits);
        int bound = 0;
        for (int round = 0; round < 2000; round++)
        {
            int count = random.Next(1, 12), slots = random.Next(1, 6), most = random.Next(0, 3);
            double lossMax = random.Next(4) * 0.05;
            double[] relevance = [.. Enumerable.Range(0, count).Select(_ => Math.Round(random.NextDouble(), 2))];
            float[] scores = [.. relevance.Select(value => (float)(value + (random.Next(3) == 0 ? random.NextDouble() : 0)))];
            uint[] licensors = [.. Enumerable.Range(0, count).Select(_ => (uint)random.Next(0, 4))];
            int[] rows = [.. Enumerable.Range(0, count)];
            (int[] free, _) = Select(selector, relevance, scores, rows, licensors, slots, most, lossMax: 1);
            (int[] chosen, BlockReason[] refusals) = Select(selector, relevance, scores, rows, licensors, slots, most, lossMax);
            int[] organic = Organic(relevance, licensors, slots, most);

            Assert.Equal(organic.Length, chosen.Length);
            double loss = organic.Sum(row => relevance[row]) - chosen.Sum(row => relevance[row]);
            Assert.True(loss <= lossMax * organic.Length + 1e-6, $"round {round}: lost {loss} of {lossMax * organic.Length}");
            Assert.True(most == 0 || chosen.Where(row => licensors[row] != 0).GroupBy(row => licensors[row]).All(group => group.Count() <= most));
            if (chosen.Order().SequenceEqual(free.Order())) continue;
            bound++;
            Assert.Contains(BlockReason.QualityFloor, refusals); // whatever differs from the unbound slate was refused for the floor
        }
        Assert.True(bound > 100, $"the floor was in the way only {bound} times: the test says little");
    }

    [Theory, InlineData(4)]
    public void TheFloorHoldsWhateverCannotPay(int seed)
    {
        var random = new Random(seed);
        var selector = new SlateSelector(Limits);
        for (int round = 0; round < 1000; round++)
        {
            double[] relevance = [.. Enumerable.Range(0, 12).Select(_ => Math.Round(random.NextDouble(), 2))];
            float[] scores = [.. relevance.Select(value => (float)value + random.NextSingle())];
            var taker = new Fickle(new Random(round), relevance, []);
            var chosen = new int[5];
            int filled = selector.Select(View(relevance, [.. Enumerable.Range(0, 12)]), scores, new SlateShape(new uint[12], 0), 0.1, ref taker, chosen, new BlockReason[12]);
            Assert.Equal(5, filled);
            Assert.True(Organic(relevance, new uint[12], 5, 0).Sum(row => relevance[row]) - chosen.Sum(row => relevance[row]) <= 0.5 + 1e-6);
        }
    }

    [Fact]
    public void WithoutToleranceTheSlateIsTheOrganicOne()
    {
        (int[] chosen, BlockReason[] refusals) = Select(new SlateSelector(Limits), [0.9, 0.2, 0.5, 0.7], [1, 9, 3, 2], [0, 1, 2, 3], new uint[4], 2, 0, 0);
        Assert.Equal([3, 0], chosen); // in the order of the scores
        Assert.Equal([BlockReason.None, BlockReason.QualityFloor, BlockReason.QualityFloor, BlockReason.None], refusals);
    }

    private static (int[] Chosen, BlockReason[] Refusals) Select(SlateSelector selector, double[] relevance, float[] scores, int[] rows, uint[] licensors,
        int slots, int most, double lossMax)
    {
        var free = new FreeSlots();
        var chosen = new int[slots];
        var refusals = new BlockReason[rows.Length];
        int filled = selector.Select(View(relevance, rows), [.. scores], new SlateShape(licensors, most), lossMax, ref free, chosen, refusals);
        return (chosen[..filled], refusals);
    }

    private static CandidateView View(double[] relevance, int[] rows) => new() { Rows = rows, Blocks = new BlockReason[rows.Length], Relevance = relevance };

    /// <summary>The best by relevance alone, by trying every subset.</summary>
    private static int[] Organic(double[] relevance, uint[] licensors, int slots, int most)
    {
        int[] best = [];
        for (int subset = 0; subset < 1 << relevance.Length; subset++)
        {
            int[] picked = [.. Enumerable.Range(0, relevance.Length).Where(row => (subset >> row & 1) != 0)];
            bool fits = picked.Length <= slots
                && (most == 0 || picked.Where(row => licensors[row] != 0).GroupBy(row => licensors[row]).All(group => group.Count() <= most));
            if (!fits || picked.Length < best.Length) continue;
            if (picked.Length > best.Length || picked.Sum(row => relevance[row]) > best.Sum(row => relevance[row])) best = picked;
        }
        return best;
    }

    /// <summary>Every candidate may find at its first try that only its relevance is left.</summary>
    private readonly struct Fickle(Random random, double[] relevance, HashSet<int> lowered) : ISlotTaker
    {
        public bool TryTake(int candidate, out float score)
        {
            score = (float)relevance[candidate];
            return random.Next(2) == 0 || !lowered.Add(candidate);
        }
    }
}
