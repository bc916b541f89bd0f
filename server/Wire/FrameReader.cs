using System.Buffers;
using System.Runtime.InteropServices;
using Rubato.Kernels.Checksums;

namespace Rubato.Wire;

/// <summary>Cuts frames off the front of a received buffer; knows nothing of what payloads mean.</summary>
/// <remarks>
/// A frame whose bytes lie in one piece is handed out where it lies, which is how a listener vector gets from the socket's buffer to a kernel
/// without a copy. A frame that straddles two pieces is copied into <c>scratch</c>; <see cref="FrameInScratch"/> tells, and the
/// next such frame overwrites it.
/// </remarks>
/// <param name="buffer">what was received</param> <param name="payloadBytesMax">largest payload that is taken</param>
/// <param name="scratch">for frames that straddle</param>
/// <param name="campaignsBytesMax">the same for CAMPAIGNS, which carries a file; no less than payloadBytesMax counts</param>
public ref struct FrameReader(ReadOnlySequence<byte> buffer, int payloadBytesMax, FrameScratch scratch, int campaignsBytesMax = 0)
{
    private ReadOnlySequence<byte> _rest = buffer;
    private ReadOnlySpan<byte> _piece = buffer.FirstSpan;

    /// <summary>The last frame lies in the scratch buffer.</summary>
    public bool FrameInScratch { get; private set; }

    /// <summary>Everything before this position has been handed out.</summary>
    public readonly SequencePosition Consumed => _rest.GetPosition(_rest.FirstSpan.Length - _piece.Length);

    /// <summary>Reads the next frame; any status but Done and BadPayload leaves the reader where it was.</summary>
    /// <param name="header">valid when Done, TooLarge or BadPayload</param>
    /// <param name="payload">[header.PayloadBytes], without padding; valid when Done, until the buffer is released or scratch is reused</param>
    public FrameStatus TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        FrameInScratch = false;
        if (_piece.Length >= FrameHeader.Bytes)
        {
            header = MemoryMarshal.Read<FrameHeader>(_piece);
            FrameStatus status = CheckHeader(_piece[..FrameHeader.Bytes], header, BytesMaxOf(header.Opcode));
            if (status != FrameStatus.Done) return status;
            int frameBytes = FrameHeader.Bytes + (int)header.PaddedPayloadBytes;
            if (_piece.Length >= frameBytes)
            {
                ReadOnlySpan<byte> padded = _piece[FrameHeader.Bytes..frameBytes];
                _piece = _piece[frameBytes..];
                return Finish(header, padded, out payload);
            }
        }
        return TryReadStraddling(out header, out payload);
    }

    private FrameStatus TryReadStraddling(out FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        header = default;
        ReadOnlySequence<byte> rest = _rest.Slice(_rest.FirstSpan.Length - _piece.Length);
        for (SequencePosition next = rest.Start; rest.FirstSpan.IsEmpty && !rest.IsEmpty; rest = rest.Slice(next))
            rest.TryGet(ref next, out _); // a piece without bytes
        if (_piece.IsEmpty && !rest.IsEmpty) // a piece ended with a frame: go on in the next one, without copying
        {
            _rest = rest;
            _piece = rest.FirstSpan;
            return TryRead(out header, out payload);
        }
        if (rest.Length < FrameHeader.Bytes) return FrameStatus.NeedMoreData;
        Span<byte> headerBytes = stackalloc byte[FrameHeader.Bytes];
        rest.Slice(0, FrameHeader.Bytes).CopyTo(headerBytes);
        header = MemoryMarshal.Read<FrameHeader>(headerBytes);
        FrameStatus status = CheckHeader(headerBytes, header, BytesMaxOf(header.Opcode));
        if (status != FrameStatus.Done) return status;
        long frameBytes = FrameHeader.Bytes + header.PaddedPayloadBytes;
        if (rest.Length < frameBytes) return FrameStatus.NeedMoreData;

        Span<byte> padded = scratch.Take((int)header.PaddedPayloadBytes);
        rest.Slice(FrameHeader.Bytes, padded.Length).CopyTo(padded);
        FrameInScratch = true;
        _rest = rest.Slice(frameBytes);
        _piece = _rest.FirstSpan;
        return Finish(header, padded, out payload);
    }

    /// <summary>Magic first, so that a stranger is told apart from a damaged frame; size before completeness.</summary>
    private static FrameStatus CheckHeader(scoped ReadOnlySpan<byte> bytes, scoped in FrameHeader header, int payloadBytesMax)
    {
        if (header.Magic != FrameHeader.MagicValue) return FrameStatus.BadMagic;
        if (Crc32C.Compute(bytes[..FrameHeader.HeaderCrcOffset]) != header.HeaderCrc) return FrameStatus.BadHeader;
        if (header.Version != FrameHeader.VersionValue) return FrameStatus.UnsupportedVersion;
        if (header.HeaderBytes != FrameHeader.Bytes || header.Reserved != 0) return FrameStatus.BadHeader;
        return header.PayloadBytes > (uint)payloadBytesMax ? FrameStatus.TooLarge : FrameStatus.Done;
    }

    private readonly int BytesMaxOf(Opcode opcode) => opcode == Opcode.Campaigns ? Math.Max(payloadBytesMax, campaignsBytesMax) : payloadBytesMax;

    private static FrameStatus Finish(scoped in FrameHeader header, ReadOnlySpan<byte> padded, out ReadOnlySpan<byte> payload)
    {
        payload = padded[..(int)header.PayloadBytes];
        uint crc = padded.IsEmpty ? 0 : Crc32C.Compute(padded);
        return crc == header.PayloadCrc ? FrameStatus.Done : FrameStatus.BadPayload;
    }
}
