using System.Buffers;
using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>Blocks of pinned memory, each aligned to 64 bytes, for the receive and send pipes; a returned block is used again.</summary>
/// <remarks>Frames are multiples of 64 bytes, so in an aligned block every frame, payload and array of a stream is aligned.</remarks>
public sealed class PinnedMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes per block: about fifty requests of 100 candidates.</summary>
    public const int BlockBytes = 64 * 1024;

    private const int BlocksPerSlab = 8;

    private readonly Stack<Block> _free = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <summary>A block of <see cref="BlockBytes"/>; larger requests get a block of their own.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (minBufferSize > BlockBytes) return new Block(null, NewSlab(minBufferSize, out int start), start, minBufferSize);
        lock (_free)
        {
            if (_free.Count == 0) AddSlab();
            return _free.Pop();
        }
    }

    private void AddSlab()
    {
        byte[] slab = NewSlab(BlocksPerSlab * BlockBytes, out int start);
        for (int block = 0; block < BlocksPerSlab; block++) _free.Push(new Block(this, slab, start + block * BlockBytes, BlockBytes));
    }

    private static unsafe byte[] NewSlab(int bytes, out int start)
    {
        byte[] slab = GC.AllocateUninitializedArray<byte>(bytes + FrameHeader.Bytes, pinned: true);
        fixed (byte* first = slab) start = (int)(-(nint)first & (FrameHeader.Bytes - 1)); // pinned: the address stays
        return slab;
    }

    /// <summary>Blocks are managed memory; the collector frees them with the pool.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(PinnedMemoryPool? home, byte[] slab, int start, int bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(slab, start, bytes);

        public void Dispose()
        {
            if (home is null) return;
            lock (home._free) home._free.Push(this);
        }
    }
}
