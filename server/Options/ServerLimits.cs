using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Every limit of the server; the configuration table (<see cref="Settings"/>) checks the ranges.</summary>
internal sealed class ServerLimits
{
    /// <summary>Largest payload of a request in bytes; 64 KiB holds a vector of 4,096 values and 4,096 candidates.</summary>
    public int PayloadBytesMax { get; set; } = 64 * 1024;

    /// <summary>Largest payload of CAMPAIGNS in bytes, where that is more; 16 MiB hold the 65,536 campaigns that there may be, of 250 bytes each.</summary>
    public int CampaignsBytesMax { get; set; } = 16 << 20;

    /// <summary>Largest body of a KServe request in bytes, and most bytes of the tensors of an answer.</summary>
    public int KServeBytesMax { get; set; } = 16 << 20;

    /// <summary>
    /// Bytes that the bodies of all KServe requests may take together until they are answered, at least those of one body; 256 MiB hold 16 of the
    /// largest, where the 1,024 connections would have 16 GiB.
    /// </summary>
    public int KServeBytesTotalMax { get; set; } = 256 << 20;

    /// <summary>Connections open at a time; each holds up to two 64 KiB blocks.</summary>
    public int ConnectionsMax { get; set; } = 1024;

    /// <summary>Credits: requests in flight per connection.</summary>
    public int InFlightMax { get; set; } = 256;

    /// <summary>RECOMMEND requests waiting for a lane, over all connections; behind them the server answers Overloaded.</summary>
    public int QueueMax { get; set; } = 1024;

    /// <summary>Requests that run as one batch.</summary>
    public int BatchMax { get; set; } = 64;

    /// <summary>Answer bytes that a peer may leave unread before its requests are no longer read.</summary>
    public int UnsentBytesMax { get; set; } = 1 << 20;

    /// <summary>Seconds that the answers may stand still before the connection is closed.</summary>
    public int WriteStallSecondsMax { get; set; } = 10;

    /// <summary>Seconds without a byte from the peer before the connection is closed.</summary>
    public int IdleSecondsMax { get; set; } = 300;

    /// <summary>Seconds from accept to HELLO.</summary>
    public int HandshakeSecondsMax { get; set; } = 5;

    /// <summary>Seconds from SIGTERM until connections that still have requests are closed.</summary>
    public int DrainSecondsMax { get; set; } = 10;

    /// <summary>Largest payload of a request in bytes, by its opcode.</summary>
    public int PayloadBytesMaxOf(Opcode opcode) => opcode == Opcode.Campaigns ? Math.Max(PayloadBytesMax, CampaignsBytesMax) : PayloadBytesMax;
}
