using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class FrameReaderTests
{
    private const int PayloadBytesMax = 4096;

    public static TheoryData<string> Names => Frames.Names;

    [Theory, MemberData(nameof(Names))]
    public void EveryTwoWaySplitGivesTheSameFrames(string name)
    {
        byte[] frame = Frames.All[name];
        byte[] stream = [.. frame, .. frame];
        for (int at = 0; at <= stream.Length; at++) AssertWholeStream(Segments.Split(stream, at), frame, frame);
    }

    [Theory, MemberData(nameof(Names))]
    public void OneByteSegmentsGiveTheSameFrames(string name)
    {
        byte[] frame = Frames.All[name];
        AssertWholeStream(Segments.OneByOne((byte[])[.. frame, .. frame]), frame, frame);
    }

    [Theory, InlineData(1, 3), InlineData(2, 70), InlineData(3, 700), InlineData(4, 5000)]
    public void ChoppedStreamsGiveTheSameFrames(int seed, int pieceBytesMax)
    {
        var random = new Random(seed);
        byte[][] frames = [.. Enumerable.Range(0, 60).Select(_ => Frames.All.Values.ElementAt(random.Next(Frames.All.Count)))];
        AssertWholeStream(Segments.Chopped(frames.SelectMany(frame => frame).ToArray(), random, pieceBytesMax), frames);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void EmptyPiecesAreSteppedOver(int count)
    {
        ReadOnlyMemory<byte> frame = Frames.All["ping-request"];
        ReadOnlyMemory<byte>[] none = new ReadOnlyMemory<byte>[count];
        ReadOnlyMemory<byte>[] pieces = [.. none, frame, .. none, frame[..70], .. none, frame[70..], .. none];
        AssertWholeStream(Segments.Of(pieces), frame.ToArray(), frame.ToArray());
        Assert.Equal(FrameStatus.NeedMoreData, First(Segments.Of(none)).Status);
    }

    [Theory, MemberData(nameof(Names))]
    public void ATruncatedFrameWaitsAndConsumesNothing(string name)
    {
        byte[] frame = Frames.All[name];
        for (int length = 0; length < frame.Length; length++)
        {
            foreach (ReadOnlySequence<byte> buffer in new[] { new(frame, 0, length), Segments.Split(frame.AsMemory(0, length), length / 3) })
            {
                var reader = new FrameReader(buffer, PayloadBytesMax, new FrameScratch());
                Assert.Equal(FrameStatus.NeedMoreData, reader.TryRead(out _, out _));
                Assert.Equal(length, buffer.Slice(reader.Consumed).Length);
            }
        }
    }

    [Theory, InlineData(PayloadBytesMax + 1u), InlineData(int.MaxValue), InlineData(int.MaxValue + 1u), InlineData(uint.MaxValue - 63), InlineData(uint.MaxValue)]
    public void AHostileLengthIsRefusedBeforeItsBytesAreWaitedFor(uint payloadBytes)
    {
        byte[] frame = Frames.Tampered(Frames.All["ping-request"], header => header with { PayloadBytes = payloadBytes });
        Assert.Equal(FrameStatus.TooLarge, First(new(frame, 0, 64)).Status);
        Assert.Equal(FrameStatus.TooLarge, First(Segments.OneByOne(frame.AsMemory(0, 64))).Status);
    }

    [Fact]
    public void TheLargestPayloadAllowedIsTaken()
    {
        byte[] frame = Frames.Frame(Frames.Request(Opcode.Ping, 1), new byte[PayloadBytesMax]);
        Assert.Equal(FrameStatus.NeedMoreData, First(new(frame, 0, 64)).Status);
        Assert.Equal(FrameStatus.Done, First(new(frame)).Status);
    }

    [Theory, MemberData(nameof(Names))]
    public void EveryFlippedBitIsNoticed(string name)
    {
        byte[] frame = Frames.All[name], next = Frames.All["stats-request"];
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] damaged = [.. frame, .. next];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            FrameStatus expected = (bit / 8) switch { < 4 => FrameStatus.BadMagic, < 64 => FrameStatus.BadHeader, _ => FrameStatus.BadPayload };
            foreach (ReadOnlySequence<byte> buffer in new[] { new(damaged), Segments.Split(damaged, 65) })
            {
                var reader = new FrameReader(buffer, PayloadBytesMax, new FrameScratch());
                Assert.Equal(expected, reader.TryRead(out FrameHeader header, out _));
                if (expected != FrameStatus.BadPayload)
                {
                    Assert.Equal(damaged.Length, buffer.Slice(reader.Consumed).Length); // consumed nothing
                    continue;
                }
                Assert.Equal(PlainFrame.Read(frame).RequestId, header.RequestId); // whose request is spoilt
                Assert.Equal(FrameStatus.Done, reader.TryRead(out _, out _)); // and the stream goes on behind it
            }
        }
    }

    [Fact]
    public void ChecksComeInTheOrderOfTheProtocol()
    {
        byte[] frame = Frames.All["ping-request"];
        Assert.Equal(FrameStatus.BadMagic, First(new("GET / HTTP/1.1\r\nHost: rubato\r\nUser-Agent: a stranger\r\nAccept: */*\r\n\r\n"u8.ToArray())).Status);
        Assert.Equal(FrameStatus.BadMagic, Tampered(header => header with { Magic = 1, Version = 2 }));
        Assert.Equal(FrameStatus.UnsupportedVersion, Tampered(header => header with { Version = 2, HeaderBytes = 128, PayloadBytes = uint.MaxValue }));
        Assert.Equal(FrameStatus.UnsupportedVersion, Tampered(header => header with { Version = 0 }));
        Assert.Equal(FrameStatus.BadHeader, Tampered(header => header with { HeaderBytes = 128, PayloadBytes = uint.MaxValue }));
        Assert.Equal(FrameStatus.BadHeader, Tampered(header => header with { Reserved = 1 }));
        byte[] broken = Frames.Tampered(frame, header => header with { Version = 2 });
        broken[60] ^= 1;
        Assert.Equal(FrameStatus.BadHeader, First(new(broken)).Status);

        FrameStatus Tampered(Func<FrameHeader, FrameHeader> change) => First(new(Frames.Tampered(frame, change))).Status;
    }

    [Fact]
    public void FlagsAreTheReceiversBusiness() =>
        Assert.Equal(FrameStatus.Done, First(new(Frames.Tampered(Frames.All["ping-request"], header => header with { Flags = 0xFFFF }))).Status);

    [Fact]
    public void AChecksumWithoutPayloadMustBeZero()
    {
        byte[] frame = Frames.Tampered(Frames.All["stats-request"], header => header with { PayloadCrc = 1 });
        Assert.Equal(FrameStatus.BadPayload, First(new(frame)).Status);
    }

    [Fact]
    public void VectorsAreAlignedWhereverTheFrameLies()
    {
        byte[] frame = Frames.All["score-request"];
        using var pool = new PinnedMemoryPool();
        using IMemoryOwner<byte> block = pool.Rent(), other = pool.Rent();
        frame.CopyTo(block.Memory);
        frame.CopyTo(block.Memory[frame.Length..]);
        Memory<byte> first = block.Memory[..(frame.Length + 128)], second = other.Memory[..(frame.Length - 128)]; // the second frame straddles
        frame.AsMemory(128).CopyTo(second);
        var reader = new FrameReader(Segments.Of(first, second), PayloadBytesMax, new FrameScratch());
        foreach (bool inScratch in new[] { false, true })
        {
            Assert.Equal(FrameStatus.Done, reader.TryRead(out _, out ReadOnlySpan<byte> payload));
            Assert.Equal(inScratch, reader.FrameInScratch);
            Assert.True(ScoreRequest.TryRead(payload, out ScoreRequest request, out _));
            Assert.Equal([0.5f, -1.25f, 3], request.Listener.ToArray());
            Assert.Equal(0, AddressOf(request.Listener) % 64);
            Assert.Equal(0, AddressOf(request.Candidates) % 64);
        }
    }

    private static unsafe nint AddressOf<T>(ReadOnlySpan<T> span) where T : unmanaged => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private static (FrameStatus Status, FrameHeader Header) First(ReadOnlySequence<byte> buffer)
    {
        var reader = new FrameReader(buffer, PayloadBytesMax, new FrameScratch());
        FrameStatus status = reader.TryRead(out FrameHeader header, out _);
        return (status, header);
    }

    /// <summary>The buffer holds these frames and nothing else.</summary>
    private static void AssertWholeStream(ReadOnlySequence<byte> buffer, params byte[][] frames)
    {
        var reader = new FrameReader(buffer, PayloadBytesMax, new FrameScratch());
        foreach (byte[] frame in frames)
        {
            Assert.Equal(FrameStatus.Done, reader.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload));
            Assert.Equal(MemoryMarshal.Read<FrameHeader>(frame), header);
            Assert.True(payload.SequenceEqual(frame.AsSpan(64, (int)header.PayloadBytes)));
        }
        Assert.Equal(FrameStatus.NeedMoreData, reader.TryRead(out _, out _));
        Assert.Equal(0, buffer.Slice(reader.Consumed).Length);
    }
}
