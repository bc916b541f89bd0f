namespace Rubato.Tests.Ledgers;

public class SipHashTests
{
    [Fact]
    public void HasThePublishedValueOfTwentyFourBytes() => // key 00…0f, message 00…17: entry 24 of the authors' table
        Assert.Equal(0xb8ad50c6f649af94UL,
            SipHash.Compute(0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110));
}
