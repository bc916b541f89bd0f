using Rubato.Kernels.Selection;

namespace Rubato.Tests.Kernels.Selection;

public class TopKTests
{
    [Fact]
    public void KeysOrderLikeScoresThenLowerRows()
    {
        float[] ascending = [float.NegativeInfinity, float.MinValue, -1, -float.Epsilon, 0, float.Epsilon, 1, float.MaxValue, float.PositiveInfinity];
        for (int i = 0; i < ascending.Length; i++)
        {
            ulong key = RankKey.Of(ascending[i], 5);
            Assert.Equal((ascending[i], 5), (RankKey.Score(key), RankKey.Row(key)));
            Assert.True(RankKey.Of(ascending[i], 4) > key && key > RankKey.Of(ascending[i], int.MaxValue) && key > RankKey.Empty);
            if (i > 0)
                Assert.True(key > RankKey.Of(ascending[i - 1], 0));
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void SelectKeepsTheLargest(int seed)
    {
        var random = new Random(seed);
        for (int length = 1; length < 400; length += 7)
            foreach (int range in new[] { 2, 50, int.MaxValue })
            {
                ulong[] keys = Enumerable.Range(0, length).Select(_ => (ulong)random.Next(range)).ToArray();
                ulong[] sorted = [.. keys.OrderDescending()];
                int k = random.Next(1, length + 1);
                TopK.Select(keys, k);
                Assert.Equal(sorted[k - 1], keys[k - 1]);
                Assert.Equal(sorted[..k], keys[..k].OrderDescending());
            }
    }

    [Fact]
    public void SelectMeetsSortedAndConstantInput()
    {
        foreach (ulong[] keys in new ulong[][] { [.. Enumerable.Range(0, 100_000).Select(i => (ulong)i)], [.. Enumerable.Range(0, 100_000).Select(i => 100_000 - (ulong)i)], new ulong[100_000] })
        {
            ulong expected = keys.OrderDescending().ElementAt(999);
            TopK.Select(keys, 1000);
            Assert.Equal(expected, keys[999]);
            Assert.True(keys[..1000].Min() >= keys[1000..].Max());
        }
    }
}
