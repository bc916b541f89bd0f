using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload that answers CAMPAIGNS.</summary>
[StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
public struct CampaignsReply
{
    [FieldOffset(0)] private ushort _blockBytes;

    /// <summary>Campaigns in use now.</summary>
    [FieldOffset(4)] public uint Campaigns;

    /// <summary>Number of the campaigns in use, counted from 1 with every update since the server started.</summary>
    [FieldOffset(8)] public ulong Generation;

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[64], overwritten</param>
    public readonly void Write(Span<byte> payload)
    {
        CampaignsReply sized = this;
        sized._blockBytes = FrameHeader.Bytes;
        MemoryMarshal.Write(payload, sized);
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CampaignsReply reply) => PayloadLayout.TryReadBlock(payload, out reply, out _);
}
