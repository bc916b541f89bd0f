using Microsoft.Extensions.Logging;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Live updates of the campaigns: by the protocol, when their file has changed, and on SIGHUP. One at a time, off every lane.</summary>
/// <param name="engine">whose campaigns are replaced</param>
/// <param name="seen">the file's stamp, looked at before the engine read it: what is written meanwhile is found by the next look</param>
/// <param name="log">told what was replaced and what was refused</param>
internal sealed class CampaignUpdates(Engine engine, CampaignFileStamp seen, ILogger log) : IDisposable
{
    private readonly string? _path = engine.Options.CampaignsPath;
    private CampaignFileStamp _seen = seen;
    private string? _toldRefusal;
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

    /// <summary>
    /// Reads the file again if it has changed since it was last looked at, or if the ledger refused it, which may pass as leases close. A file that
    /// cannot be used is logged once for each reason.
    /// </summary>
    public void Check()
    {
        if (_path is not null && CampaignFileStamp.Of(_path) != _seen) TryReload(isAskedFor: false); // where that is busy, the next look finds it changed still
    }

    /// <summary>Reads the file again whether it has changed or not, because somebody asks for it, who finds the outcome in the log whatever it is.</summary>
    public void Reread()
    {
        if (_path is null) log.CampaignsRefused("the server was started without a campaigns file");
        else if (!TryReload(isAskedFor: true)) log.CampaignsRefused("another update is at work; ask again");
    }

    /// <summary>Waits for the update at work; no other one begins.</summary>
    public void Dispose()
    {
        while (Interlocked.Exchange(ref _isBusy, 1) != 0) Thread.Sleep(1);
    }

    private bool TryReload(bool isAskedFor)
    {
        if (Interlocked.Exchange(ref _isBusy, 1) != 0) return false;
        _ = Task.Run(() =>
        {
            if (isAskedFor) _toldRefusal = null;
            Run(Reload);
            Volatile.Write(ref _isBusy, 0);
        });
        return true;
    }

    private long Reload()
    {
        _seen = CampaignFileStamp.Of(_path); // before it is read
        try
        {
            return engine.ReloadCampaigns();
        }
        catch (LedgerException) when (engine.Ledger is { IsStopped: false })
        {
            _seen = default; // the next look finds it changed
            throw;
        }
    }

    private (ErrorCode Code, string Message) Run(Func<long> update)
    {
        try
        {
            long generation = update();
            _toldRefusal = null;
            log.CampaignsReplaced(engine.Campaigns.Count, generation);
            return (ErrorCode.None, "");
        }
        catch (DataFileException refused)
        {
            if (refused.Message != _toldRefusal) log.CampaignsRefused(refused.Message);
            _toldRefusal = refused.Message;
            return (refused is LedgerException && engine.Ledger!.IsStopped ? ErrorCode.LedgerStopped : ErrorCode.BadCampaigns, refused.Message);
        }
        catch (Exception fault)
        {
            log.CampaignsFault(fault);
            return (ErrorCode.Internal, "a fault of the server; its log says more");
        }
    }
}
