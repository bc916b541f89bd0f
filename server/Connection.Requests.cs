using Rubato.Wire;

namespace Rubato.Server;

/// <summary>What frames ask.</summary>
internal sealed partial class Connection
{
    /// <summary>Serves one sound frame; false ends the connection.</summary>
    private bool Serve(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived, ref ComputeLane? lane)
    {
        if (header.Kind == FrameKind.Notice) return true; // none is defined for this direction; later versions may send some
        if ((header.Opcode == Opcode.Hello) == _greeted || header.Kind != FrameKind.Request)
            return CloseWith(ErrorCode.HandshakeOrder, _greeted ? "HELLO came twice, or a frame that is no request" : "the first frame must be HELLO");
        if (header.Flags > byte.MaxValue) return RefuseRequest(header, ErrorCode.UnknownFlag, Stage.Frame, $"flags 0x{header.Flags:x4}: the high half is not known here");
        if (PendingRequest.HasPassed(PendingRequest.DeadlineOf(header, arrived))) return RefuseRequest(header, ErrorCode.DeadlineExceeded, Stage.Admission, "deadline passed on arrival");
        switch (header.Opcode)
        {
            case Opcode.Score: return Score(header, payload, arrived, ref lane);
            case Opcode.Recommend: return Recommend(header, payload, arrived);
            case Opcode.Expose: return Expose(header, payload, arrived);
            case Opcode.Campaigns: return Campaigns(header, payload);
            case Opcode.Embed or Opcode.Rank or Opcode.Infer: return Model(header, payload, arrived);
            case Opcode.Ping: return Answer(header, payload);
            case Opcode.Stats: return Stats(header);
            case Opcode.Hello: return Hello(header, payload);
            default: return RefuseRequest(header, ErrorCode.UnknownOpcode, Stage.Frame, $"opcode {(ushort)header.Opcode} is not known here");
        }
    }

    private bool Score(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived, ref ComputeLane? lane)
    {
        if (!ScoreRequest.TryRead(payload, out ScoreRequest request, out int errorOffset)) return RefusePayload(header, errorOffset);
        lane ??= _server.Lanes.Take();
        lane.Add(new PendingRequest(this, header, arrived, request));
        return true;
    }

    private bool Recommend(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived)
    {
        if (!ScoreRequest.TryRead(payload, out ScoreRequest request, out int errorOffset)) return RefusePayload(header, errorOffset);
        int answerBytes = SlateAnswer.BytesMax(request, _server.Engine);
        if (answerBytes > _answerBytesMax) // before anything is reserved that a refused answer would hold back until its lease closes
            return RefuseRequest(header, ErrorCode.AnswerTooLarge, Stage.Admission, $"the answer may take {answerBytes} bytes, the caller takes {_answerBytesMax}");
        if (UnsentBytes > _server.Options.Limits.UnsentBytesMax)
            return RefuseRequest(header, ErrorCode.Overloaded, Stage.Admission, $"{UnsentBytes} bytes of answers are unread", retryAfterMilliseconds: 10);
        if (!TryEnter()) return RefuseCredit(header);
        if (_server.Batcher.TryAdd(this, header, arrived, payload)) return true;
        Leave();
        return RefuseRequest(header, ErrorCode.Overloaded, Stage.Admission, $"{_server.Options.Limits.QueueMax} requests are waiting", retryAfterMilliseconds: 10);
    }

    private bool Expose(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived)
    {
        if (!ExposeRequest.TryRead(payload, out ExposeRequest request, out int errorOffset)) return RefusePayload(header, errorOffset);
        if (_server.Events is not { } events) return RefuseRequest(header, ErrorCode.NotKept, Stage.Admission, "the server keeps no ledger");
        if (ExposeReply.PayloadBytes(request.Events.Length) > _answerBytesMax)
            return RefuseRequest(header, ErrorCode.AnswerTooLarge, Stage.Admission, $"{request.Events.Length} results exceed the {_answerBytesMax} bytes that the caller takes");
        if (!TryEnter()) return RefuseCredit(header);
        if (events.TryAdd(this, header, arrived, payload)) return true;
        Leave();
        return RefuseRequest(header, ErrorCode.Overloaded, Stage.Admission, $"{_server.Options.Limits.QueueMax} requests are waiting", retryAfterMilliseconds: 10);
    }

    private bool Campaigns(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!CampaignsRequest.TryRead(payload, out CampaignsRequest request, out int errorOffset)) return RefusePayload(header, errorOffset);
        if (!TryEnter()) return RefuseCredit(header);
        FrameHeader asked = header;
        if (_server.Campaigns.TryStart(request.Json.ToArray(), (reply, code, message) => Updated(asked, reply, code, message))) return true;
        Leave();
        return RefuseRequest(header, ErrorCode.Overloaded, Stage.Admission, "another update is at work", retryAfterMilliseconds: 100);
    }

    private void Updated(in FrameHeader header, in CampaignsReply reply, ErrorCode code, string message)
    {
        Span<byte> answer = stackalloc byte[FrameHeader.Bytes];
        reply.Write(answer);
        ReturnCredit();
        if (code == ErrorCode.None) Answer(header, answer);
        else RefuseRequest(header, code, Stage.Compute, message);
        RequestLeft();
        Flush();
    }

    /// <summary>Whether the caller may have one more request in flight.</summary>
    private bool HasCredit => Volatile.Read(ref _unanswered) < _server.Options.Limits.InFlightMax;

    /// <summary>Takes a credit for a request that is answered by another thread.</summary>
    private bool TryEnter()
    {
        if (!HasCredit) return false;
        Interlocked.Increment(ref _unanswered);
        Interlocked.Increment(ref _inFlight);
        return true;
    }

    /// <summary>A request that was let in is refused after all.</summary>
    private void Leave()
    {
        ReturnCredit();
        RequestLeft();
    }

    private bool RefuseCredit(in FrameHeader header) =>
        RefuseRequest(header, ErrorCode.CreditExceeded, Stage.Admission, $"more than {_server.Options.Limits.InFlightMax} requests in flight");

    private bool Hello(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!HelloRequest.TryRead(payload, out HelloRequest hello)) return CloseWith(ErrorCode.MalformedPayload, "HELLO cannot be read");
        if (hello.VersionMin > FrameHeader.VersionValue || hello.VersionMax < FrameHeader.VersionValue)
            return CloseWith(ErrorCode.UnsupportedVersion, $"versions {hello.VersionMin} to {hello.VersionMax} offered, {FrameHeader.VersionValue} spoken here");
        _answerBytesMax = (int)Math.Min(hello.PayloadBytesMax, HelloRequest.AnswerBytesMax);
        _greeted = true;
        Span<byte> answer = stackalloc byte[FrameHeader.Bytes];
        _server.Hello().Write(answer);
        return Answer(header, answer);
    }

    private bool Stats(in FrameHeader header)
    {
        Span<byte> answer = stackalloc byte[2 * FrameHeader.Bytes];
        _server.Stats().Write(answer);
        return Answer(header, answer);
    }

    private bool Answer(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Write(header with { Kind = FrameKind.Reply, Status = ErrorCode.None, DeadlineMicroseconds = 0, Flags = 0 }, payload);
        _server.Metrics.RequestDone(header.Opcode, ErrorCode.None, 0);
        return true;
    }

    /// <summary>A frame that could not be read: a damaged payload spoils one request, everything else the stream.</summary>
    private bool Refuse(FrameStatus status, in FrameHeader header) => status switch
    {
        FrameStatus.BadPayload => RefuseRequest(header, ErrorCode.PayloadChecksum, Stage.Frame, "the payload's checksum does not match its bytes"),
        FrameStatus.TooLarge => CloseWith(ErrorCode.FrameTooLarge,
            $"payload bytes: {header.PayloadBytes} stated, at most {_server.Options.Limits.PayloadBytesMaxOf(header.Opcode)} taken"),
        FrameStatus.UnsupportedVersion => CloseWith(ErrorCode.UnsupportedVersion, $"version: {FrameHeader.VersionValue} is spoken here"),
        FrameStatus.BadMagic => CloseWith(ErrorCode.BadMagic, "magic: not a Rubato frame"),
        _ => CloseWith(status.ToErrorCode(), "header: size, reserved field or checksum is wrong"),
    };

    private bool RefusePayload(in FrameHeader header, int offset) =>
        RefuseRequest(header, ErrorCode.MalformedPayload, Stage.Frame, $"payload byte {offset}: block or array does not fit the payload", (uint)offset);

    private bool RefuseRequest(in FrameHeader header, ErrorCode code, Stage stage, string message, uint offset = ErrorPayload.NoOffset,
        uint retryAfterMilliseconds = 0)
    {
        WriteError(header with { Kind = FrameKind.Error, DeadlineMicroseconds = 0, Flags = 0 }, code, new ErrorPayload(stage, retryAfterMilliseconds, offset, message));
        _server.Metrics.RequestDone(header.Opcode, code, 0);
        return true;
    }

    /// <summary>
    /// A queued request is about to be answered. Call it before the answer is written: any other thread's flush may take the answer along, and a
    /// caller that sends its next request the moment it reads the answer must not find its credit still taken.
    /// </summary>
    public void ReturnCredit() => Interlocked.Decrement(ref _unanswered);

    /// <summary>A queued request has been answered, and nobody works for it any more.</summary>
    public void RequestLeft() => Interlocked.Decrement(ref _inFlight);
}
