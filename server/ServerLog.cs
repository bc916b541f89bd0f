using System.Net;
using Microsoft.Extensions.Logging;

namespace Rubato.Server;

/// <summary>Everything the server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "listening on {Address}; {Tracks} tracks of dimension {Dimension}; variants: score {ScoreVariant}, scan {ScanVariant}")]
    public static partial void Listening(this ILogger log, EndPoint address, int tracks, int dimension, string scoreVariant, string scanVariant);

    [LoggerMessage(2, LogLevel.Error, "connection {Peer} ended by a fault of this server")]
    public static partial void ConnectionFault(this ILogger log, string peer, Exception fault);

    [LoggerMessage(3, LogLevel.Error, "a batch of RECOMMEND requests ended by a fault of this server")]
    public static partial void BatchFault(this ILogger log, Exception fault);

    [LoggerMessage(4, LogLevel.Warning, "connection {Peer} refused: {ConnectionsMax} connections are open")]
    public static partial void TooManyConnections(this ILogger log, EndPoint? peer, int connectionsMax);

    [LoggerMessage(5, LogLevel.Information, "draining {Connections} connections, at most {Seconds} s")]
    public static partial void Draining(this ILogger log, int connections, int seconds);

    [LoggerMessage(6, LogLevel.Warning, "{Connections} connections still had requests when the drain time was over")]
    public static partial void DrainTimeOver(this ILogger log, int connections);

    [LoggerMessage(7, LogLevel.Warning, "accepting a connection failed: {Reason}")]
    public static partial void AcceptFailed(this ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Information, "searching on {Devices}")]
    public static partial void DevicesInUse(this ILogger log, string devices);

    [LoggerMessage(9, LogLevel.Warning, "the CPU searches instead of a device: {Reason}")]
    public static partial void DeviceDegraded(this ILogger log, string reason);
}
