using System.Buffers;
using System.IO.Pipelines;
using Rubato.Wire;

namespace Rubato.Client;

/// <summary>The receiving half: frames → calls.</summary>
internal sealed partial class ClientConnection
{
    private readonly FrameScratch _scratch = new();

    /// <summary>The thread that is handing out answers; what callers send meanwhile on that thread goes out in one flush behind it.</summary>
    private int _dispatchThread;

    private async Task ReceiveAsync()
    {
        Exception lost;
        PipeReader input = _transport.Input;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync().ConfigureAwait(false);
                SequencePosition consumed = Dispatch(read.Buffer);
                input.AdvanceTo(consumed, read.Buffer.End);
                if (read.IsCompleted)
                {
                    lost = new ConnectionLostException($"{_transport.Peer} closed the connection");
                    break;
                }
            }
        }
        catch (RubatoException refused)
        {
            lost = refused;
        }
        catch (Exception broken) // whatever it was: nobody receives any more, and the callers must learn of it
        {
            lost = new ConnectionLostException(broken.Message, broken);
        }
        Lose(lost);
    }

    private SequencePosition Dispatch(in ReadOnlySequence<byte> buffer)
    {
        var reader = new FrameReader(buffer, _options.PayloadBytesMax, _scratch);
        _dispatchThread = Environment.CurrentManagedThreadId;
        try
        {
            while (true)
            {
                FrameStatus status = reader.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload);
                if (status == FrameStatus.NeedMoreData) return reader.Consumed;
                if (status != FrameStatus.Done) throw new ConnectionLostException($"{_transport.Peer} sent a frame that cannot be read: {status}");
                Dispatch(header, payload);
            }
        }
        finally
        {
            _dispatchThread = 0;
            lock (_gate) _ = _transport.Output.FlushAsync(CancellationToken.None); // what the answered callers sent next
        }
    }

    private void Dispatch(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Kind == FrameKind.Notice)
        {
            if (header.Opcode == Opcode.GoAway) _goingAway = true;
            return; // other notices may come in later versions
        }
        if (header is { Kind: FrameKind.Error, RequestId: 0 }) throw Refusal(header.Status, payload);
        PendingCall? call = Find(header.RequestId, out bool ended);
        if (call is null) return; // an answer to no call of ours, or the second one to the same call
        if (!ended)
        {
            call.AnswerIsIn();
        }
        else if (header.Kind == FrameKind.Error)
        {
            call.AnswerIsIn();
            call.Fail(Refusal(header.Status, payload));
        }
        else
        {
            bool taken = call.Taker!.TryTake(payload);
            call.AnswerIsIn(); // before the caller goes on: it may send its next request from here
            if (taken) call.Succeed();
            else call.Fail(new ConnectionLostException($"{_transport.Peer} sent an answer that cannot be read"));
        }
    }

    /// <summary>The call of a request id, and whether this answer ends it; inside the gate, so that the slot is not used anew meanwhile.</summary>
    private PendingCall? Find(ulong requestId, out bool ended)
    {
        int slot = (int)(requestId & ushort.MaxValue);
        lock (_gate)
        {
            ended = false;
            if (slot >= _calls.Count || _calls[slot].RequestId != requestId) return null;
            ended = _calls[slot].TryEnd();
            return _calls[slot];
        }
    }

    private static RequestRefusedException Refusal(ErrorCode code, ReadOnlySpan<byte> payload) =>
        ErrorPayload.TryRead(payload, out ErrorPayload error, out bool retryable)
            ? new RequestRefusedException(code, error, retryable)
            : new RequestRefusedException(code, new ErrorPayload(Stage.None, 0, ErrorPayload.NoOffset, ""), code.IsRetryable());

    /// <summary>Ends everything in flight, once.</summary>
    private void Lose(Exception reason)
    {
        PendingCall[] calls;
        lock (_gate)
        {
            _lost = reason;
            calls = [.. _calls];
        }
        foreach (PendingCall call in calls)
        {
            bool ended = call.TryEnd();
            call.AnswerIsIn();
            if (ended) call.Fail(reason);
        }
        _transport.Abort();
    }
}
