using System.Buffers.Binary;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class ScoresReplyTests
{
    [Theory, InlineData(0, true, true), InlineData(1, false, false), InlineData(2, true, false), InlineData(16, false, true), InlineData(65, true, true)]
    public void WhatIsWrittenIsRead(int count, bool withTracks, bool withBreakdown)
    {
        byte[] payload = Frames.Scores(count, withTracks, withBreakdown);
        Assert.True(ScoresReply.TryRead(payload, out ScoresReply read));
        Assert.Equal(Frames.Generations, read.Generations);
        Assert.Equal(count, read.Scores.Length);
        Assert.Equal(withTracks ? count : 0, read.Tracks.Length);
        Assert.Equal(withBreakdown ? (count, count, 6 * count) : (0, 0, 0), (read.Campaigns.Length, read.Blocks.Length, read.Terms.Length));
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i == 1 ? float.NegativeInfinity : 0.5f + i, read.Scores[i]);
            if (withTracks) Assert.Equal(1000 - i, read.Tracks[i]);
            if (!withBreakdown) continue;
            Assert.Equal(((uint)(30 + i), (byte)(16 + i)), (read.Campaigns[i], read.Blocks[i]));
            for (int term = 0; term < 6; term++) Assert.Equal(term + i / 8.0, read.Terms[term * count + i]);
        }
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        byte[] payload = Frames.Scores(3, withTracks: true, withBreakdown: true);
        int needed = 64 + 64 + 64 + 64 + 64 + 18 * 8;
        for (int length = 0; length <= payload.Length; length++) Assert.Equal(length >= needed, ScoresReply.TryRead(payload.AsSpan(0, length), out _));
    }

    [Theory, InlineData(0, 0), InlineData(3, 2), InlineData(17, 17)]
    public void ReservationsAreReadBehindEverythingElse(int count, int slots)
    {
        byte[] payload = Frames.Scores(count, withTracks: true, withBreakdown: true, withReservations: true, slots);
        Assert.True(ScoresReply.TryRead(payload, out ScoresReply read));
        Assert.Equal((slots, count), (read.Slots, read.Reservations.Length));
        for (int i = 0; i < count; i++)
            Assert.Equal(i < slots ? new Reservation((ulong)(40 + i), ulong.MaxValue - (ulong)i) : default, read.Reservations[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(32), (uint)count + 1);
        Assert.False(ScoresReply.TryRead(payload, out _)); // more slots than entries
    }

    [Theory, InlineData(uint.MaxValue), InlineData(1u << 31), InlineData(1u << 28), InlineData(17u)]
    public void HostileCountsAreRefused(uint count)
    {
        byte[] payload = Frames.Scores(3, withTracks: true, withBreakdown: true);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), count);
        Assert.False(ScoresReply.TryRead(payload, out _));
    }

    [Fact]
    public void ABlockThatGrewIsReadAndASmallerOneRefused()
    {
        byte[] known = Frames.Scores(2, withTracks: true, withBreakdown: false);
        byte[] grown = [.. known.AsSpan(0, 64), .. new byte[64], .. known.AsSpan(64)];
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 128);
        Assert.True(ScoresReply.TryRead(grown, out ScoresReply read));
        Assert.Equal([1000, 999], read.Tracks.ToArray());
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 32);
        Assert.False(ScoresReply.TryRead(grown, out _));
    }
}
