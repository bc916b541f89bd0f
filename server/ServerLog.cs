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

    [LoggerMessage(8, LogLevel.Error, "a batch of exposure events ended by a fault of this server")]
    public static partial void EventFault(this ILogger log, Exception fault);

    [LoggerMessage(9, LogLevel.Information, "{Campaigns} campaigns are in use now, generation {Generation}")]
    public static partial void CampaignsReplaced(this ILogger log, int campaigns, long generation);

    [LoggerMessage(10, LogLevel.Warning, "campaigns are not replaced: {Reason}")]
    public static partial void CampaignsRefused(this ILogger log, string reason);

    [LoggerMessage(11, LogLevel.Error, "replacing campaigns ended by a fault of this server")]
    public static partial void CampaignsFault(this ILogger log, Exception fault);

    [LoggerMessage(12, LogLevel.Error, "{Reason}; no budget is spent and no event acknowledged until the server is started again")]
    public static partial void LedgerStopped(this ILogger log, string reason);

    [LoggerMessage(13, LogLevel.Error, "daily budgets or pacing: {Reason}")]
    public static partial void MaintenanceFailed(this ILogger log, string reason);

    [LoggerMessage(14, LogLevel.Information, "{Line}")]
    public static partial void ModelNote(this ILogger log, string line);

    [LoggerMessage(15, LogLevel.Warning, "{Line}")]
    public static partial void ModelWarning(this ILogger log, string line);

    [LoggerMessage(16, LogLevel.Information, "{Campaigns} campaigns, of which {Running} run now; prices: {Prices}; ledger: {Ledger}")]
    public static partial void Loaded(this ILogger log, int campaigns, int running, string prices, string ledger);

    [LoggerMessage(20, LogLevel.Information, "searching on {Devices}")]
    public static partial void DevicesInUse(this ILogger log, string devices);

    [LoggerMessage(21, LogLevel.Warning, "the CPU searches instead of a device: {Reason}")]
    public static partial void DeviceDegraded(this ILogger log, string reason);
}
