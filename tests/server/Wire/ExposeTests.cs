using System.Buffers.Binary;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class ExposeTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(33)]
    public void WhatIsWrittenIsRead(int count)
    {
        Exposure[] events = [.. Enumerable.Range(0, count).Select(i => new Exposure(new Reservation((ulong)i, ~(ulong)i), -i, i / 2f))];
        byte[] payload = Frames.Expose(ExposureDurability.Fsynced, events);
        Assert.True(ExposeRequest.TryRead(payload, out ExposeRequest read, out _));
        Assert.Equal(events, read.Events.ToArray());
        Assert.Equal((ExposureDurability.Fsynced, payload.Length), (read.Durability, read.PayloadBytes));
        for (int length = 0; length < payload.Length; length++) Assert.Equal(length >= 64 + 32 * count, ExposeRequest.TryRead(payload.AsSpan(0, length), out _, out _));
    }

    [Theory, InlineData(uint.MaxValue), InlineData(1u << 27), InlineData(3u)]
    public void HostileCountsAreRefused(uint count)
    {
        byte[] payload = Frames.Expose(ExposureDurability.Default, new Exposure[2]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), count);
        Assert.False(ExposeRequest.TryRead(payload, out _, out int offset));
        Assert.Equal(64, offset);
    }

    [Fact]
    public void AnUnknownDurabilityIsRefused()
    {
        byte[] payload = Frames.Expose((ExposureDurability)4);
        Assert.False(ExposeRequest.TryRead(payload, out _, out int offset));
        Assert.Equal(2, offset);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(100)]
    public void CampaignsAreReadAsTheyWereWritten(int bytes)
    {
        byte[] json = [.. Enumerable.Range(0, bytes).Select(i => (byte)i)], payload = Frames.Campaigns(json);
        Assert.True(CampaignsRequest.TryRead(payload, out CampaignsRequest read, out _));
        Assert.Equal(json, read.Json.ToArray());
        Assert.False(CampaignsRequest.TryRead(payload.AsSpan(0, 63 + bytes), out _, out _));
    }
}
