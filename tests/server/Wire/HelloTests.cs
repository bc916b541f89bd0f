using System.Buffers.Binary;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class HelloTests
{
    [Theory, InlineData(""), InlineData("grüße"), InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void ARequestIsReadAsWritten(string name)
    {
        var hello = new HelloRequest(1, 7, 0x80000001, 123_456, name);
        Assert.True(HelloRequest.TryRead(Frames.Payload(HelloRequest.PayloadBytes, hello.Write), out HelloRequest read));
        Assert.Equal(hello, read);
    }

    [Fact]
    public void ANameThatIsTooLongIsRefusedByTheWriter() =>
        Assert.Throws<ArgumentException>(() => Frames.Payload(HelloRequest.PayloadBytes, new HelloRequest(1, 1, 0, 0, new string('ü', 33)).Write));

    [Fact]
    public void HostileRequestsAreRefused()
    {
        byte[] payload = Frames.Payload(HelloRequest.PayloadBytes, new HelloRequest(1, 1, 0, 0, "caller").Write);
        for (int length = 0; length < 64 + 6; length++) Assert.False(HelloRequest.TryRead(payload.AsSpan(0, length), out _));
        Assert.False(With(12, 65), "a name above the limit");
        Assert.False(With(12, uint.MaxValue));
        Assert.False(With(0, 32), "a block below the known size");
        Assert.False(With(0, 128 | 2 << 16 | 1 << 24), "versions 2 to 1");

        bool With(int field, uint value)
        {
            byte[] changed = [.. payload, .. new byte[64]];
            BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(field), value);
            return HelloRequest.TryRead(changed, out _);
        }
    }

    [Fact]
    public void AReplyIsReadAsWrittenAndMayGrow()
    {
        byte[] payload = Frames.All["hello-reply"][64..];
        Assert.True(HelloReply.TryRead(payload, out HelloReply known));
        Assert.Equal((1, 64u, 128, 35_648L, Frames.Generations), (known.Version, known.Dimension, known.Credit, known.Tracks, known.Generations));
        byte[] grown = [.. payload, .. new byte[64]];
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 128);
        Assert.True(HelloReply.TryRead(grown, out HelloReply read));
        Assert.Equal((known.Tracks, known.Credit), (read.Tracks, read.Credit));
        Assert.False(HelloReply.TryRead(payload.AsSpan(0, 63), out _));
        BinaryPrimitives.WriteUInt16LittleEndian(payload, 0);
        Assert.False(HelloReply.TryRead(payload, out _));
    }
}
