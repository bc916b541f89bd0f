using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The 64 bytes in front of every payload, little-endian; <c>PROTOCOL.md</c> has the table and the meaning of each field.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct FrameHeader
{
    /// <summary>Size of a header; payloads are padded to a multiple of it, so every frame of a stream starts aligned.</summary>
    public const int Bytes = 64;

    /// <summary>"RBTO" read as a little-endian number.</summary>
    public const uint MagicValue = 0x4F544252;

    /// <summary>The protocol version that this code speaks.</summary>
    public const byte VersionValue = 1;

    /// <summary>Offset of the header's own checksum, which covers everything before it.</summary>
    internal const int HeaderCrcOffset = 60;

    /// <summary>Always <see cref="MagicValue"/>.</summary>
    [FieldOffset(0)] public uint Magic;

    /// <summary>Header size, 64 in version 1.</summary>
    [FieldOffset(4)] public ushort HeaderBytes;

    /// <summary>Protocol version.</summary>
    [FieldOffset(6)] public byte Version;

    /// <summary>Request, reply, error or notice.</summary>
    [FieldOffset(7)] public FrameKind Kind;

    /// <summary>What is asked or answered.</summary>
    [FieldOffset(8)] public Opcode Opcode;

    /// <summary>High half: must be understood; low half: may be ignored. None is defined in version 1.</summary>
    [FieldOffset(10)] public ushort Flags;

    /// <summary>Payload bytes without padding.</summary>
    [FieldOffset(12)] public uint PayloadBytes;

    /// <summary>Chosen by the caller, repeated in the answer.</summary>
    [FieldOffset(16)] public ulong RequestId;

    /// <summary>Microseconds that the caller will still wait, counted from arrival; 0 = no deadline.</summary>
    [FieldOffset(24)] public uint DeadlineMicroseconds;

    /// <summary>0 in requests and replies, the error code in an error frame.</summary>
    [FieldOffset(28)] public ErrorCode Status;

    /// <summary>In answers: the requests that the connection may have in flight from now on.</summary>
    [FieldOffset(30)] public ushort Credit;

    /// <summary>Zero.</summary>
    [FieldOffset(32)] public ulong Reserved;

    /// <summary>W3C trace id, high half; repeated in the answer.</summary>
    [FieldOffset(40)] public ulong TraceIdHigh;

    /// <summary>W3C trace id, low half; repeated in the answer.</summary>
    [FieldOffset(48)] public ulong TraceIdLow;

    /// <summary>CRC32C of the payload and its padding; 0 when there is no payload.</summary>
    [FieldOffset(56)] public uint PayloadCrc;

    /// <summary>CRC32C of bytes 0 to 59.</summary>
    [FieldOffset(HeaderCrcOffset)] public uint HeaderCrc;

    /// <summary>Payload bytes with padding.</summary>
    public readonly long PaddedPayloadBytes => Padded(PayloadBytes);

    /// <summary>bytes rounded up to a multiple of 64.</summary>
    public static long Padded(long bytes) => (bytes + (Bytes - 1)) & ~(long)(Bytes - 1);
}
