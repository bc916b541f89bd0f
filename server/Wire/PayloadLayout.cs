using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>
/// How every payload is laid out: one block of fixed fields, then arrays, each starting at a multiple of 64 bytes.
/// A block begins with its own size, so that it can grow at its end without a reader noticing.
/// </summary>
internal static class PayloadLayout
{
    /// <summary>Reads the block; false when the payload is too short for it or for the size that it states.</summary>
    public static bool TryReadBlock<TBlock>(ReadOnlySpan<byte> payload, out TBlock block, out int blockBytes) where TBlock : unmanaged
    {
        block = default;
        blockBytes = 0;
        if (payload.Length < Unsafe.SizeOf<TBlock>()) return false;
        blockBytes = MemoryMarshal.Read<ushort>(payload);
        if (blockBytes < Unsafe.SizeOf<TBlock>() || blockBytes % FrameHeader.Bytes != 0 || blockBytes > payload.Length) return false;
        block = MemoryMarshal.Read<TBlock>(payload);
        return true;
    }

    /// <summary>Takes an array of <paramref name="count"/> elements at <paramref name="offset"/> and moves the offset behind it.</summary>
    public static bool TryTake<T>(ReadOnlySpan<byte> payload, scoped ref int offset, long count, out ReadOnlySpan<T> array) where T : unmanaged
    {
        array = default;
        long bytes = count * Unsafe.SizeOf<T>();
        if (bytes > payload.Length - offset) return false; // the padding of the last array may be the frame's padding
        array = MemoryMarshal.Cast<byte, T>(payload.Slice(offset, (int)bytes));
        offset = (int)Math.Min(payload.Length, offset + FrameHeader.Padded(bytes));
        return true;
    }

    /// <summary>The array's place in a payload being written; clears its padding and moves the offset behind it.</summary>
    public static Span<T> Place<T>(Span<byte> payload, scoped ref int offset, int count) where T : unmanaged
    {
        int bytes = count * Unsafe.SizeOf<T>(), padded = (int)FrameHeader.Padded(bytes);
        Span<byte> place = payload.Slice(offset, padded);
        place[bytes..].Clear();
        offset += padded;
        return MemoryMarshal.Cast<byte, T>(place[..bytes]);
    }

    /// <summary>Bytes that an array takes with its padding.</summary>
    /// <exception cref="OverflowException">They are more than a payload can have.</exception>
    public static int Bytes<T>(int count) where T : unmanaged => checked((int)FrameHeader.Padded((long)count * Unsafe.SizeOf<T>()));
}
