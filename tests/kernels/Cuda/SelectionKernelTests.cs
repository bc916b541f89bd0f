using Rubato.Kernels.Cuda;
using Rubato.Kernels.Selection;
using Rubato.Tests.Ptx;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The selections: <c>take_best</c> against a sort, <c>raise_bar</c> against its definition.</summary>
public sealed class SelectionKernelTests
{
    [Theory, InlineData(1), InlineData(2)]
    public void TakesTheBestInOrder(int seed)
    {
        var random = new Random(seed);
        foreach ((int count, int k) in (ReadOnlySpan<(int, int)>)[(0, 1), (1, 1), (1, 5), (5, 1), (255, 256), (256, 3), (257, 257), (1000, 100), (3000, 1025), (5000, 4096)])
        {
            // Few different scores, so that rows decide.
            ulong[] keys = [.. Enumerable.Range(0, count).Select(row => RankKey.Of(random.Next(-3, 4) * 0.5f, row)).OrderBy(_ => random.Next())];
            (int[] rows, float[] scores, int status) = TakeBest(keys, k, bar: float.NegativeInfinity);
            ulong[] expected = [.. keys.OrderDescending().Take(k)];
            Assert.Equal(expected.Select(RankKey.Row).Concat(Enumerable.Repeat(-1, k - expected.Length)), rows);
            Assert.Equal(expected.Select(RankKey.Score).Concat(Enumerable.Repeat(float.NegativeInfinity, k - expected.Length)), scores);
            Assert.Equal(0, status);
        }
    }

    [Fact]
    public void ABarAboveTheLastScoreIsUnproven()
    {
        ulong[] keys = [RankKey.Of(2, 0), RankKey.Of(1, 1)];
        Assert.Equal(0, TakeBest(keys, 2, bar: 1).Status);
        Assert.Equal(ScanStatus.Unproven, TakeBest(keys, 2, bar: 1.5f).Status);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void TheBarIsTheKthFloorAndTheRestStays(int seed)
    {
        var random = new Random(seed);
        foreach ((int count, int k) in (ReadOnlySpan<(int, int)>)[(0, 1), (3, 4), (4, 4), (300, 1), (700, 100), (1500, 1500), (2048, 9), (2049, 2000), (4096, 7), (4097, 4000), (9000, 100)])
        {
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
            ulong[] keys = [.. scores.Select((score, row) => row % 7 == 3 && count > 10 ? RankKey.Empty : RankKey.Of(score, row))];
            const float Error = 0.01f, Margin = 0.5f;
            float[] floors = [.. keys.Where(key => key != RankKey.Empty).Select(key => RankKey.Score(key) - Margin * Error).OrderDescending()];
            float bar = floors.Length >= k ? RoundedDown(floors[k - 1]) : float.NegativeInfinity;
            (float raised, ulong[] kept) = Raise(keys, k, float.NegativeInfinity, Error, Margin);
            Assert.Equal(bar, raised);
            Assert.Equal(keys.Where(key => key != RankKey.Empty && RankKey.Score(key) + Error >= bar).Order(), kept.Order());
        }
    }

    /// <summary>A filter that leaves fewer rows than k, most of the hits being empty, must not lower a bar.</summary>
    [Fact]
    public void ABarIsNeverLowered()
    {
        ulong[] keys = [RankKey.Of(0.5f, 1), .. Enumerable.Repeat(RankKey.Empty, 20)];
        Assert.Equal(0.25f, Raise(keys, k: 10, bar: 0.25f).Bar);
        Assert.Equal(float.NegativeInfinity, Raise(keys, k: 10, bar: float.NegativeInfinity).Bar);
    }

    /// <summary>Without the 12 lowest bits of what orders like the scores.</summary>
    private static float RoundedDown(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score), ordered = ((int)bits < 0 ? ~bits : bits | 0x8000_0000) & ~0xFFFu;
        return BitConverter.UInt32BitsToSingle((int)ordered < 0 ? ordered & 0x7FFF_FFFF : ~ordered);
    }

    private static (float Bar, ulong[] Kept) Raise(ulong[] keys, int k, float bar, float error = 0, float margin = 1)
    {
        var device = new PtxDevice();
        using DeviceBuffer lanes = DeviceBuffer.Of<QueryLane>(device, [new() { Scale = 1, Constant = error, Margin = margin }]),
            bars = DeviceBuffer.Of<float>(device, [bar]), hits = DeviceBuffer.Of<ulong>(device, [.. keys, 0]),
            counts = DeviceBuffer.Of<int>(device, [keys.Length]), status = DeviceBuffer.Of<int>(device, [0]);
        device.Launch("raise_bar", 1, 1, new RaiseBarParameters
        {
            Lanes = lanes.Address, Bars = bars.Address, Hits = hits.Address, HitCounts = counts.Address, Status = status.Address, K = k, Capacity = keys.Length + 1,
        });
        float[] raised = new float[1];
        int[] kept = new int[1];
        bars.Download<float>(raised);
        counts.Download<int>(kept);
        ulong[] left = new ulong[keys.Length + 1];
        hits.Download<ulong>(left);
        return (raised[0], left[..kept[0]]);
    }

    private static (int[] Rows, float[] Scores, int Status) TakeBest(ulong[] keys, int k, float bar)
    {
        var device = new PtxDevice();
        using DeviceBuffer keyBuffer = DeviceBuffer.Of<ulong>(device, [.. keys, 0]), counts = DeviceBuffer.Of<int>(device, [keys.Length]),
            bars = DeviceBuffer.Of<float>(device, [bar]), status = DeviceBuffer.Of<int>(device, [0]), rows = new(device, 4 * k), scores = new(device, 4 * k);
        device.Launch("take_best", 1, 1, new TakeBestParameters
        {
            Keys = keyBuffer.Address, KeyCounts = counts.Address, Bars = bars.Address, Status = status.Address, Rows = rows.Address, Scores = scores.Address,
            K = k, Capacity = keys.Length + 1,
        });
        int[] foundRows = new int[k], foundStatus = new int[1];
        float[] foundScores = new float[k];
        rows.Download<int>(foundRows);
        scores.Download<float>(foundScores);
        status.Download<int>(foundStatus);
        return (foundRows, foundScores, foundStatus[0]);
    }
}
