using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload of CAMPAIGNS: block, the contents of a campaigns file u8 [bytes]; without any the server reads its own file again.</summary>
public readonly ref struct CampaignsRequest
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(4)] public uint Bytes;
    }

    /// <summary>[bytes] campaigns.json in UTF-8; empty = read the server's file again.</summary>
    public ReadOnlySpan<byte> Json { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public int PayloadBytes => FrameHeader.Bytes + PayloadLayout.Bytes<byte>(Json.Length);

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, new Block { BlockBytes = FrameHeader.Bytes, Bytes = (uint)Json.Length });
        int offset = FrameHeader.Bytes;
        Json.CopyTo(PayloadLayout.Place<byte>(payload, ref offset, Json.Length));
    }

    /// <summary>Reads a payload without copying the text.</summary>
    /// <param name="payload">the payload as received</param> <param name="request">valid as long as the payload is</param>
    /// <param name="errorOffset">payload byte at which the trouble is, when false</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CampaignsRequest request, out int errorOffset)
    {
        request = default;
        errorOffset = 0;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.Bytes, out ReadOnlySpan<byte> json)) return false;
        request = new CampaignsRequest { Json = json };
        return true;
    }
}
