using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>The payload of a STATS reply: counters since the server started.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * FrameHeader.Bytes)]
public struct StatsReply
{
    [FieldOffset(0)] private ushort _blockBytes;

    /// <summary>Connections open now.</summary>
    [FieldOffset(4)] public uint Connections;

    /// <summary>Microseconds since the server was ready.</summary>
    [FieldOffset(8)] public ulong UptimeMicroseconds;

    /// <summary>Requests answered by a reply.</summary>
    [FieldOffset(16)] public ulong RequestsOk;

    /// <summary>Requests answered by an error.</summary>
    [FieldOffset(24)] public ulong RequestsFailed;

    /// <summary>Bytes received.</summary>
    [FieldOffset(32)] public ulong BytesIn;

    /// <summary>Bytes sent.</summary>
    [FieldOffset(40)] public ulong BytesOut;

    /// <summary>Bytes that the process has allocated on the managed heap since it started: <c>GC.GetTotalAllocatedBytes(precise: true)</c>.</summary>
    [FieldOffset(48)] public ulong AllocatedBytes;

    /// <summary>Resident set of the process in bytes.</summary>
    [FieldOffset(56)] public ulong ResidentBytes;

    /// <summary>Requests waiting in the queue now.</summary>
    [FieldOffset(64)] public uint QueueDepth;

    /// <summary>What is loaded.</summary>
    [FieldOffset(72)] public Generations Generations;

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[128], overwritten</param>
    public readonly void Write(Span<byte> payload)
    {
        StatsReply sized = this;
        sized._blockBytes = 2 * FrameHeader.Bytes;
        MemoryMarshal.Write(payload, sized);
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out StatsReply reply) => PayloadLayout.TryReadBlock(payload, out reply, out _);
}
