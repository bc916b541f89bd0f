using Rubato.Server;

namespace Rubato.Tests;

public sealed class BFloat16Tests
{
    [Fact]
    public void EveryValueComesBackAndNaNStaysNaN()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float value = BFloat16.ToSingle((ushort)bits);
            if (float.IsNaN(value)) Assert.True(float.IsNaN(BFloat16.ToSingle(BFloat16.FromSingle(value))));
            else Assert.Equal((ushort)bits, BFloat16.FromSingle(value));
        }
        Assert.True(float.IsNaN(BFloat16.ToSingle(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x7FFF_FFFF)))));
    }

    [Theory, InlineData(1), InlineData(20_260_801)]
    public void NoOtherIsNearer(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(0x7F7F_0000)); // up to the largest
            ushort nearest = BFloat16.FromSingle(value);
            double distance = Distance(nearest);
            foreach (int other in new[] { nearest - 1, nearest + 1 })
                if (other is >= 0 and < 0x7F80)
                    Assert.True(distance < Distance(other) || (distance == Distance(other) && nearest % 2 == 0), $"{value:r}");
            double Distance(int bits) => Math.Abs((double)BFloat16.ToSingle((ushort)bits) - value);
        }
    }
}
