using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

public class DeviceBufferTests
{
    [Fact]
    public void ManyValuesAreCopiedInPieces()
    {
        short[] values = new short[40_000_000];
        for (int i = 0; i < values.Length; i++) values[i] = (short)(i / 1000);
        var device = new Recorder(failing: false);
        using (DeviceBuffer buffer = DeviceBuffer.Of<short>(device, values)) Assert.Equal((80_000_000, device.Start), (buffer.Bytes, buffer.Address));
        Assert.Equal([(0L, 64 << 20, (short)0), (64L << 20, 80_000_000 - (64 << 20), values[32 << 20])], device.Uploads);
        Assert.True(device.Freed);
    }

    [Fact]
    public void WhatCannotBeCopiedIsNotKept()
    {
        var device = new Recorder(failing: true);
        Assert.Throws<DeviceException>(() => DeviceBuffer.Of<int>(device, [1, 2, 3]));
        Assert.True(device.Freed);
    }

    /// <summary>Keeps where pieces went, how long they were and what they began with.</summary>
    private sealed class Recorder(bool failing) : IDevice
    {
        public long Start => 1L << 40;

        public List<(long Offset, int Bytes, short First)> Uploads { get; } = [];

        public bool Freed { get; private set; }

        public string Name => "recorder";

        public int Multiprocessors => 1;

        public long Allocate(long bytes) => Start;

        public void Free(long address) => Freed = address == Start;

        public void Upload(long address, ReadOnlySpan<byte> source)
        {
            if (failing) throw new DeviceException("the device is gone");
            Uploads.Add((address - Start, source.Length, BitConverter.ToInt16(source)));
        }

        public void Download(long address, Span<byte> target) => throw new NotSupportedException();

        public void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged => throw new NotSupportedException();
    }
}
