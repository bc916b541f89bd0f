using System.Buffers.Binary;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class ModelPayloadTests
{
    private static readonly byte[] Request = Frames.Model(new ModelRequest
    {
        Model = "m"u8, Label = "l"u8, Version = 4, Priority = 2, ListenerId = 5, Listener = [1, 2], Tracks = [1, 2, 3], Rows = 3, Features = [1, 2, 3, 4, 5, 6], Tensors = Frames.Tensors,
    });

    private static readonly byte[] Reply = Frames.Model(new ModelReply { Version = 4, Rows = 2, Values = [1, 2, 3, 4], Relevance = [0.5f, 0.25f], Tensors = Frames.Tensors });

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        Assert.True(ModelRequest.TryRead(Request, out ModelRequest request, out _));
        Assert.Equal((1, (byte)'m', 1, (byte)'l'), (request.Model.Length, request.Model[0], request.Label.Length, request.Label[0]));
        Assert.Equal((4u, 2, 5ul), (request.Version, request.Priority, request.ListenerId));
        Assert.Equal([1, 2], request.Listener.ToArray());
        Assert.Equal([1L, 2, 3], request.Tracks.ToArray());
        Assert.Equal((3u, 2), (request.Rows, request.Width));
        AssertTensors(request.Tensors!);
        Assert.True(ModelReply.TryRead(Reply, out ModelReply reply));
        Assert.Equal((4u, 2u, 2), (reply.Version, reply.Rows, reply.Width));
        Assert.Equal([0.5f, 0.25f], reply.Relevance.ToArray());
        AssertTensors(reply.Tensors!);
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        for (int length = 0; length < Request.Length - 128; length++) Assert.False(ModelRequest.TryRead(Request.AsSpan(0, length), out _, out _));
        for (int length = 0; length < Reply.Length - 128; length++) Assert.False(ModelReply.TryRead(Reply.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData(2, 0u)] // a model without a name
    [InlineData(2, 65u)]
    [InlineData(4, 65u)]
    [InlineData(8, uint.MaxValue)] // version
    [InlineData(12, uint.MaxValue)]
    [InlineData(16, uint.MaxValue)]
    [InlineData(20, uint.MaxValue)]
    [InlineData(24, uint.MaxValue)]
    [InlineData(28, uint.MaxValue)]
    [InlineData(28, 65u)]
    public void HostileNumbersAreRefused(int offset, uint value)
    {
        byte[] payload = [.. Request];
        if (offset < 8) BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(offset), (ushort)value);
        else BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(offset), value);
        Assert.False(ModelRequest.TryRead(payload, out _, out _));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void DamagedBytesAreRefusedOrReadWithinTheirBounds(int seed)
    {
        var random = new Random(seed);
        int requestsRefused = 0, repliesRefused = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] request = [.. Request], reply = [.. Reply];
            request[random.Next(request.Length)] = (byte)random.Next(256);
            reply[random.Next(reply.Length)] = (byte)random.Next(256);
            if (!ModelRequest.TryRead(request, out ModelRequest readRequest, out int errorOffset))
            {
                requestsRefused++;
                Assert.InRange(errorOffset, 0, request.Length);
            }
            else
            {
                Assert.InRange(readRequest.PayloadBytes, 64, request.Length); // nothing that was not there
            }
            if (!ModelReply.TryRead(reply, out ModelReply readReply)) repliesRefused++;
            else Assert.InRange(readReply.PayloadBytes, 64, reply.Length);
        }
        Assert.InRange(requestsRefused, 1, 4999);
        Assert.InRange(repliesRefused, 1, 4999);
    }

    [Fact]
    public void TensorsThatCannotBeWrittenAreRefusedBeforeAnythingIs()
    {
        WireTensor Tensor(string name, int rank) => new() { Name = name, Element = 1, Shape = new long[rank], Data = Array.Empty<byte>() };
        Assert.Throws<ArgumentException>(() => new ModelRequest { Tensors = [Tensor(new string('x', 257), 1)] }.PayloadBytes);
        Assert.Throws<ArgumentException>(() => new ModelRequest { Tensors = [Tensor("x", 8)] }.PayloadBytes);
        Assert.Throws<ArgumentException>(() => new ModelRequest { Tensors = [.. Enumerable.Repeat(Tensor("x", 1), 65)] }.PayloadBytes);
    }

    private static void AssertTensors(IReadOnlyList<WireTensor> tensors)
    {
        Assert.Equal(Frames.Tensors.Select(tensor => (tensor.Name, tensor.Element)), tensors.Select(tensor => (tensor.Name, tensor.Element)));
        for (int i = 0; i < tensors.Count; i++)
        {
            Assert.Equal(Frames.Tensors[i].Shape, tensors[i].Shape);
            Assert.Equal(Frames.Tensors[i].Data.ToArray(), tensors[i].Data.ToArray());
        }
    }
}
