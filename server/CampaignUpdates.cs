using Microsoft.Extensions.Logging;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Live updates of the campaigns: by the protocol, when their file has changed, and on SIGHUP. One at a time, off every lane.</summary>
internal sealed class CampaignUpdates(Engine engine, ILogger log) : IDisposable
{
    private readonly string? _path = engine.Options.CampaignsPath;
    private (DateTime Written, long Bytes) _seen = Look(engine.Options.CampaignsPath);
    private int _isBusy;

    /// <summary>Replaces the campaigns by the text sent, or reads the file again where there is none. False when another update is at work.</summary>
    /// <param name="json">contents of a campaigns file; empty = the server's file</param>
    /// <param name="done">told the reply, or the refusal and why, on another thread</param>
    public bool TryStart(byte[] json, Action<CampaignsReply, ErrorCode, string> done)
    {
        if (Interlocked.Exchange(ref _isBusy, 1) != 0) return false;
        _ = Task.Run(() =>
        {
            (ErrorCode code, string message) = json.Length > 0 ? Run(() => engine.ReplaceCampaigns(json, "campaigns"))
                : _path is null ? (ErrorCode.NotKept, "the server was started without a campaigns file")
                : Run(Reload);
            var reply = new CampaignsReply { Campaigns = (uint)engine.Campaigns.Count, Generation = (ulong)engine.CampaignsGeneration };
            Volatile.Write(ref _isBusy, 0);
            done(reply, code, message);
        });
        return true;
    }

    /// <summary>Reads the file again if it has changed since it was last looked at; a file that cannot be used is logged once.</summary>
    /// <param name="always">whether it changed or not</param>
    public void Check(bool always = false)
    {
        if (_path is null || (!always && Look(_path) == _seen)) return;
        if (Interlocked.Exchange(ref _isBusy, 1) != 0) return; // the next look finds it changed still
        _ = Task.Run(() =>
        {
            Run(Reload);
            Volatile.Write(ref _isBusy, 0);
        });
    }

    /// <summary>Waits for the update at work; no other one begins.</summary>
    public void Dispose()
    {
        while (Interlocked.Exchange(ref _isBusy, 1) != 0) Thread.Sleep(1);
    }

    private long Reload()
    {
        _seen = Look(_path); // before it is read: what is written meanwhile is found by the next look
        return engine.ReloadCampaigns();
    }

    private (ErrorCode Code, string Message) Run(Func<long> update)
    {
        try
        {
            long generation = update();
            log.CampaignsReplaced(engine.Campaigns.Count, generation);
            return (ErrorCode.None, "");
        }
        catch (DataFileException refused)
        {
            log.CampaignsRefused(refused.Message);
            return (ErrorCode.BadCampaigns, refused.Message);
        }
        catch (Exception fault)
        {
            log.CampaignsFault(fault);
            return (ErrorCode.Internal, "a fault of the server; its log says more");
        }
    }

    private static (DateTime, long) Look(string? path)
    {
        try
        {
            if (path is null) return default;
            var file = new FileInfo(path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return default;
        }
    }
}
