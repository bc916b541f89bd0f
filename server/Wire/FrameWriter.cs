using System.Buffers;
using System.Runtime.InteropServices;
using Rubato.Kernels.Checksums;

namespace Rubato.Wire;

/// <summary>Writes frames: reserve, fill the payload in place, seal.</summary>
public static class FrameWriter
{
    /// <summary>Reserves one frame in <paramref name="output"/>; the payload is not cleared, its padding is.</summary>
    /// <returns>the whole frame; pass it to <see cref="Seal"/> once <see cref="Payload"/> is filled</returns>
    public static Span<byte> Reserve(IBufferWriter<byte> output, int payloadBytes)
    {
        int frameBytes = FrameHeader.Bytes + (int)FrameHeader.Padded(payloadBytes);
        Span<byte> frame = output.GetSpan(frameBytes)[..frameBytes];
        frame[(FrameHeader.Bytes + payloadBytes)..].Clear();
        return frame;
    }

    /// <summary>The payload's place in a reserved frame, padding included.</summary>
    public static Span<byte> Payload(Span<byte> frame) => frame[FrameHeader.Bytes..];

    /// <summary>Completes the header (magic, sizes, version, checksums) and commits the frame to <paramref name="output"/>.</summary>
    public static void Seal(IBufferWriter<byte> output, Span<byte> frame, int payloadBytes, FrameHeader header)
    {
        header.Magic = FrameHeader.MagicValue;
        header.HeaderBytes = FrameHeader.Bytes;
        header.Version = FrameHeader.VersionValue;
        header.PayloadBytes = (uint)payloadBytes;
        header.PayloadCrc = payloadBytes == 0 ? 0 : Crc32C.Compute(Payload(frame));
        header.HeaderCrc = 0;
        MemoryMarshal.Write(frame, header);
        header.HeaderCrc = Crc32C.Compute(frame[..FrameHeader.HeaderCrcOffset]);
        MemoryMarshal.Write(frame, header);
        output.Advance(frame.Length);
    }

    /// <summary>Writes a frame whose payload exists already.</summary>
    public static void Write(IBufferWriter<byte> output, FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = Reserve(output, payload.Length);
        payload.CopyTo(Payload(frame));
        Seal(output, frame, payload.Length, header);
    }
}
