using System.Buffers.Binary;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class StatsReplyTests
{
    [Fact]
    public void AReplyIsReadAsWrittenAndMayGrow()
    {
        byte[] payload = Frames.All["stats-reply"][64..];
        byte[] grown = [.. payload, .. new byte[64]];
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 192);
        foreach (byte[] bytes in new[] { payload, grown })
        {
            Assert.True(StatsReply.TryRead(bytes, out StatsReply read));
            Assert.Equal((5u, 6ul, 7ul, 8ul, 9ul), (read.Connections, read.UptimeMicroseconds, read.RequestsOk, read.RequestsFailed, read.BytesIn));
            Assert.Equal((10ul, 11ul, 12ul, 13u, Frames.Generations), (read.BytesOut, read.AllocatedBytes, read.ResidentBytes, read.QueueDepth, read.Generations));
        }
    }

    [Fact]
    public void ASmallerBlockIsRefused()
    {
        byte[] payload = Frames.All["stats-reply"][64..];
        Assert.False(StatsReply.TryRead(payload.AsSpan(0, 127), out _));
        BinaryPrimitives.WriteUInt16LittleEndian(payload, 64);
        Assert.False(StatsReply.TryRead(payload, out _));
    }
}
