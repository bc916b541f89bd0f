namespace Rubato.Tests.Ledgers;

public class SipHashTests
{
    [Fact]
    public void HasThePublishedValueOfSixteenBytes() => // key 00…0f, message 00…0f: entry 16 of the authors' table
        Assert.Equal(0x3f2acc7f57c29bdbUL, SipHash.Compute(0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x0706050403020100, 0x0f0e0d0c0b0a0908));
}
