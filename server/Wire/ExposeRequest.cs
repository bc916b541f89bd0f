using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload of EXPOSE: block, events of 32 bytes [count].</summary>
public readonly ref struct ExposeRequest
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public ExposureDurability Durability;
        [FieldOffset(4)] public uint Count;
    }

    /// <summary>[count]</summary>
    public ReadOnlySpan<Exposure> Events { get; init; }

    /// <summary>What must have happened before the answer.</summary>
    public ExposureDurability Durability { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public int PayloadBytes => FrameHeader.Bytes + PayloadLayout.Bytes<Exposure>(Events.Length);

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, new Block { BlockBytes = FrameHeader.Bytes, Durability = Durability, Count = (uint)Events.Length });
        int offset = FrameHeader.Bytes;
        Span<byte> events = MemoryMarshal.AsBytes(PayloadLayout.Place<Exposure>(payload, ref offset, Events.Length));
        events.Clear(); // the end of an event is reserved and zero
        for (int i = 0; i < Events.Length; i++)
        {
            Span<byte> at = events[(i * Exposure.Bytes)..];
            MemoryMarshal.Write(at, Events[i].Reservation);
            MemoryMarshal.Write(at[16..], Events[i].Track);
            MemoryMarshal.Write(at[24..], Events[i].Seconds);
        }
    }

    /// <summary>Reads a payload without copying its events.</summary>
    /// <param name="payload">the payload as received</param>
    /// <param name="request">valid as long as the payload is</param>
    /// <param name="errorOffset">payload byte at which the trouble is, when false</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ExposeRequest request, out int errorOffset)
    {
        request = default;
        errorOffset = 0;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        errorOffset = 2;
        if (block.Durability > ExposureDurability.Fsynced) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.Count, out ReadOnlySpan<Exposure> events)) return false;
        request = new ExposeRequest { Events = events, Durability = block.Durability };
        return true;
    }
}
