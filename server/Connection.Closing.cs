using System.Diagnostics;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>When a connection ends, and how.</summary>
internal sealed partial class Connection
{
    private long _lastReceivedBytes;
    private long _lastSentBytes;
    private long _lastReceived;
    private long _lastProgress;
    private long _closeBegun;

    /// <summary>Nothing is queued and nothing waits to be sent.</summary>
    public bool IsQuiet => Volatile.Read(ref _inFlight) == 0 && UnsentBytes == 0;

    /// <summary>Bytes of answers that the peer has not taken.</summary>
    public long UnsentBytes => _transport.UnsentBytes;

    /// <summary>Bytes received.</summary>
    public long BytesReceived => _transport.BytesReceived;

    /// <summary>Bytes sent.</summary>
    public long BytesSent => _transport.BytesSent;

    /// <summary>Asks the peer to send no new requests.</summary>
    public void GoAway()
    {
        var error = new ErrorPayload(Stage.None, 0, ErrorPayload.NoOffset, "the server is going away");
        Span<byte> payload = stackalloc byte[ErrorPayload.PayloadBytes];
        error.Write(payload, ErrorCode.Draining);
        Write(new FrameHeader { Kind = FrameKind.Notice, Opcode = Opcode.GoAway, Status = ErrorCode.Draining }, payload);
        Flush();
    }

    /// <summary>Ends the connection once what was written has been sent.</summary>
    public void Close()
    {
        if (_closeBegun != 0) return;
        _closeBegun = Stopwatch.GetTimestamp();
        _transport.Input.CancelPendingRead();
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort()
    {
        _closing = true;
        _transport.Abort();
    }

    /// <summary>
    /// Ends the connection with an error frame behind the answers that are still owed. The first reason counts. Always false, for the caller
    /// to return.
    /// </summary>
    private bool CloseWith(ErrorCode code, string message)
    {
        if (Interlocked.CompareExchange(ref _farewell, new Farewell(code, message), null) is null) _server.Metrics.ConnectionRefused(code);
        return false;
    }

    private sealed record Farewell(ErrorCode Code, string Message);

    /// <summary>Looks once a second whether the connection has used up one of its times.</summary>
    /// <param name="now">Stopwatch ticks</param>
    public void CheckTimes(long now)
    {
        ServerLimits limits = _server.Options.Limits;
        if (_lastReceivedBytes != _transport.BytesReceived || _lastReceived == 0) _lastReceived = now;
        if (_lastSentBytes != _transport.BytesSent || _transport.UnsentBytes == 0) _lastProgress = now;
        _lastReceivedBytes = _transport.BytesReceived;
        _lastSentBytes = _transport.BytesSent;

        if (_closeBegun != 0 || _closing)
        {
            if (Seconds(_lastProgress, now) >= 1 && _transport.UnsentBytes > 0) Abort(); // says goodbye to nobody
        }
        else if (Seconds(_lastProgress, now) >= limits.WriteStallSecondsMax)
        {
            _server.Metrics.ConnectionRefused(ErrorCode.SlowReader);
            Abort(); // it would not read the reason either
        }
        else if (!_greeted && Seconds(_opened, now) >= limits.HandshakeSecondsMax)
        {
            CloseWith(ErrorCode.HandshakeTimeout, $"no HELLO within {limits.HandshakeSecondsMax} s");
            Close();
        }
        else if (Seconds(_lastReceived, now) >= limits.IdleSecondsMax && IsQuiet)
        {
            CloseWith(ErrorCode.IdleTimeout, $"nothing received for {limits.IdleSecondsMax} s");
            Close();
        }
    }

    private static double Seconds(long from, long to) => (double)(to - from) / Stopwatch.Frequency;
}
