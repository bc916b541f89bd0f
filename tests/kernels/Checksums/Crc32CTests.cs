using Rubato.Kernels.Checksums;

namespace Rubato.Tests.Kernels.Checksums;

public class Crc32CTests
{
    [Fact]
    public void HasThePublishedCheckValue() => Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));

    [Fact]
    public void OfNothingIsZero() => Assert.Equal(0u, Crc32C.Compute([]));

    [Theory, InlineData(1), InlineData(20_260_801)]
    public void EqualsTheBitwiseReferenceAtEveryLength(int seed)
    {
        byte[] bytes = new byte[20_000];
        new Random(seed).NextBytes(bytes);
        foreach (int length in Enumerable.Range(0, 200).Concat([6143, 6144, 6145, 12_287, 12_288, 20_000]))
            Assert.Equal(Bitwise(bytes.AsSpan(0, length)), Crc32C.Compute(bytes.AsSpan(0, length)));
    }

    [Theory, InlineData(2)]
    public void ContinuesFromAnySplit(int seed)
    {
        byte[] bytes = new byte[7_000];
        new Random(seed).NextBytes(bytes);
        uint whole = Crc32C.Compute(bytes);
        for (int split = 0; split <= bytes.Length; split += 13)
            Assert.Equal(whole, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, split)), bytes.AsSpan(split)));
    }

    private static uint Bitwise(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }
}
