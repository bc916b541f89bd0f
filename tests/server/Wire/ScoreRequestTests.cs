using System.Buffers.Binary;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class ScoreRequestTests
{
    [Theory, InlineData(1, 1, 1, 0), InlineData(2, 64, 100, 3), InlineData(3, 17, 0, 64), InlineData(4, 16, 8, 16), InlineData(5, 0, 0, 0)]
    public void WhatIsWrittenIsRead(int seed, int dimension, int candidateCount, int deniedCount)
    {
        var random = new Random(seed);
        float[] listener = Vectors.Uniform(random, dimension);
        long[] candidates = [.. Enumerable.Range(0, candidateCount).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
        uint[] denied = [.. Enumerable.Range(0, deniedCount).Select(_ => (uint)random.NextInt64(uint.MaxValue))];
        byte[] payload = Frames.Score(listener, candidates, denied, slots: ushort.MaxValue);

        Assert.True(ScoreRequest.TryRead(payload, out ScoreRequest read, out _));
        Assert.Equal(listener, read.Listener.ToArray());
        Assert.Equal(candidates, read.Candidates.ToArray());
        Assert.Equal(denied, read.DeniedLicensors.ToArray());
        Assert.Equal((9u, 'D' | 'E' << 8, RequestOptions.Breakdown | RequestOptions.ExcludeExplicit), (read.Cohort, read.Market, read.Options));
        Assert.Equal((ushort.MaxValue, 2, 500u), (read.Slots, read.LicensorSlotsMax, read.Depth));
        Assert.Equal(payload.Length, read.PayloadBytes);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void EveryTruncationIsRefusedWithAPlaceInside(int arrays)
    {
        byte[] payload = Frames.Score(new float[arrays > 0 ? 20 : 0], new long[arrays > 1 ? 9 : 0], new uint[arrays > 2 ? 17 : 0]);
        int needed = arrays switch { 0 => 64, 1 => 64 + 80, 2 => 64 + 128 + 72, _ => 64 + 128 + 128 + 68 }; // the last array's padding may be the frame's
        for (int length = 0; length < payload.Length; length++)
        {
            Assert.Equal(length >= needed, ScoreRequest.TryRead(payload.AsSpan(0, length), out _, out int errorOffset));
            if (length < needed) Assert.InRange(errorOffset, 0, length);
        }
    }

    [Theory]
    [InlineData(4, uint.MaxValue, 128)]
    [InlineData(4, 1u << 29, 128)]
    [InlineData(4, 4u, 128)]
    [InlineData(8, uint.MaxValue, 192)]
    [InlineData(8, 1u << 30, 192)]
    [InlineData(2, ushort.MaxValue, 64)]
    public void HostileCountsAreRefusedAtTheirArray(int field, uint count, int expectedOffset)
    {
        byte[] payload = Frames.Score([1, 2, 3], [4, 5, 6], []);
        if (field == 2) BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(field), (ushort)count);
        else BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(field), count);
        bool fits = field == 4 && count == 4; // a fourth candidate fits into the padding
        Assert.Equal(fits, ScoreRequest.TryRead(payload, out _, out int errorOffset));
        if (!fits) Assert.Equal(expectedOffset, errorOffset);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(32), InlineData(63), InlineData(65), InlineData(100), InlineData(4096), InlineData(65_535)]
    public void ABlockOfAnotherSizeIsRefused(int blockBytes)
    {
        byte[] payload = Frames.Score([1, 2, 3], [4, 5, 6], []);
        BinaryPrimitives.WriteUInt16LittleEndian(payload, (ushort)blockBytes);
        Assert.False(ScoreRequest.TryRead(payload, out _, out int errorOffset));
        Assert.Equal(0, errorOffset);
    }

    [Fact]
    public void ABlockThatGrewIsReadAndWhatFollowsTheArraysIsIgnored()
    {
        byte[] known = Frames.Score([1, 2, 3], [4, 5, 6], [7]);
        byte[] grown = [.. known.AsSpan(0, 64), .. Enumerable.Repeat((byte)0xAB, 128), .. known.AsSpan(64), .. Enumerable.Repeat((byte)0xCD, 100)];
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 192);
        Assert.True(ScoreRequest.TryRead(grown, out ScoreRequest read, out _));
        Assert.Equal([1, 2, 3], read.Listener.ToArray());
        Assert.Equal([4, 5, 6], read.Candidates.ToArray());
        Assert.Equal([7u], read.DeniedLicensors.ToArray());
    }

    [Theory, InlineData(1), InlineData(2)]
    public void NoisyPayloadsAreReadOrRefusedButNeverBeyondTheirEnd(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] payload = Frames.Score(new float[random.Next(40)], new long[random.Next(20)], new uint[random.Next(20)]);
            for (int flips = random.Next(1, 6); flips > 0; flips--) payload[random.Next(Math.Min(32, payload.Length))] = (byte)random.Next(256);
            int length = random.Next(payload.Length + 1);
            if (!ScoreRequest.TryRead(payload.AsSpan(0, length), out ScoreRequest read, out int errorOffset)) Assert.InRange(errorOffset, 0, length);
            else Assert.InRange(64 + 4L * read.Listener.Length + 8L * read.Candidates.Length + 4L * read.DeniedLicensors.Length, 64, length);
        }
    }
}
