using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload of a HELLO reply: what was agreed, and the limits that hold on this connection.</summary>
[StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
public struct HelloReply
{
    [FieldOffset(0)] private ushort _blockBytes;

    /// <summary>Protocol version agreed.</summary>
    [FieldOffset(2)] public byte Version;

    /// <summary>Features agreed.</summary>
    [FieldOffset(4)] public uint Features;

    /// <summary>Largest payload of a request.</summary>
    [FieldOffset(8)] public uint PayloadBytesMax;

    /// <summary>Most candidates of a request.</summary>
    [FieldOffset(12)] public uint CandidatesMax;

    /// <summary>Values of a listener vector.</summary>
    [FieldOffset(16)] public uint Dimension;

    /// <summary>Most slots of a slate.</summary>
    [FieldOffset(20)] public ushort SlotsMax;

    /// <summary>Requests that may be in flight.</summary>
    [FieldOffset(22)] public ushort Credit;

    /// <summary>A connection on which nothing arrives for so long is closed; PING keeps it open.</summary>
    [FieldOffset(24)] public uint IdleSeconds;

    /// <summary>Largest payload of CAMPAIGNS; 0 = as of other requests.</summary>
    [FieldOffset(28)] public uint CampaignsBytesMax;

    /// <summary>Tracks in the catalogue.</summary>
    [FieldOffset(32)] public long Tracks;

    /// <summary>What is loaded.</summary>
    [FieldOffset(40)] public Generations Generations;

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[64], overwritten</param>
    public readonly void Write(Span<byte> payload)
    {
        HelloReply sized = this;
        sized._blockBytes = FrameHeader.Bytes;
        MemoryMarshal.Write(payload, sized);
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out HelloReply reply) => PayloadLayout.TryReadBlock(payload, out reply, out _);
}
