using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>One caller: reads frames, answers SCORE on the spot and RECOMMEND through the <see cref="Batcher"/>.</summary>
/// <remarks>
/// A SCORE is answered on the thread that received it, from the buffer that it was received in: no copy of its vector, no hand-over, and the
/// answers to everything that one read brought go out in one flush. This is the loop; the other parts are what frames ask (Connection.Requests.cs,
/// and Connection.Models.cs for models), what is answered (Connection.Replies.cs), and how it ends (Connection.Closing.cs).
/// </remarks>
internal sealed partial class Connection
{
    private readonly IFrameTransport _transport;
    private readonly RubatoServer _server;
    private readonly FrameScratch _scratch = new();
    private readonly long _opened = Stopwatch.GetTimestamp();
    private int _inFlight;    // requests that another thread works on: they keep the connection
    private int _unanswered;  // those of them whose answers are not written yet: they hold the caller's credits
    private volatile bool _closing;
    private bool _greeted;
    private int _answerBytesMax;
    private Farewell? _farewell;

    public Connection(IFrameTransport transport, RubatoServer server)
    {
        _transport = transport;
        _server = server;
        _lastProgress = _opened;
    }

    /// <summary>Serves the connection until the peer closes it, breaks the protocol, or the server closes it.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReadFramesAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            _closing = true; // the peer vanished: what is still being computed for it is not written, and slates give back what they reserved
        }
        catch (Exception fault)
        {
            _server.Log.ConnectionFault(_transport.Peer, fault); // ours; the other connections go on
        }
        await WaitForQueuedAsync().ConfigureAwait(false);
        if (_farewell is { } farewell)
            WriteError(new FrameHeader { Kind = FrameKind.Error }, farewell.Code, new ErrorPayload(Stage.Frame, 0, ErrorPayload.NoOffset, farewell.Message));
        Flush();
        lock (_gate) _closing = true;
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadFramesAsync()
    {
        PipeReader input = _transport.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            SequencePosition consumed = Serve(read.Buffer, out bool goOn);
            input.AdvanceTo(consumed, read.Buffer.End);
            if (!goOn || read.IsCompleted || read.IsCanceled) return;
            while (_transport.UnsentBytes > _server.Options.Limits.UnsentBytesMax && !_closing)
                await Task.Delay(1).ConfigureAwait(false); // the peer does not read its answers: stop reading its requests
        }
    }

    /// <summary>Serves every whole frame of the buffer.</summary>
    /// <returns>how far the buffer has been served</returns>
    private SequencePosition Serve(in ReadOnlySequence<byte> buffer, out bool goOn)
    {
        long arrived = Stopwatch.GetTimestamp();
        ServerLimits limits = _server.Options.Limits;
        var reader = new FrameReader(buffer, limits.PayloadBytesMax, _scratch, limits.CampaignsBytesMax);
        ComputeLane? lane = null;
        goOn = true;
        try
        {
            while (goOn)
            {
                FrameStatus status = reader.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload);
                if (status == FrameStatus.NeedMoreData) break;
                goOn = status is FrameStatus.Done ? Serve(header, payload, arrived, ref lane) : Refuse(status, header);
                if (reader.FrameInScratch) lane?.Run(); // the next frame that straddles would overwrite this one
            }
            lane?.Run();
        }
        finally
        {
            if (lane is not null) _server.Lanes.Return(lane);
            _scratch.Trim(limits.PayloadBytesMax);
        }
        Flush();
        return reader.Consumed;
    }

    /// <summary>Queued requests hold this connection's answers; they are few and end within a batch or two.</summary>
    private async Task WaitForQueuedAsync()
    {
        while (Volatile.Read(ref _inFlight) > 0) await Task.Delay(1).ConfigureAwait(false);
    }
}
