using System.Runtime.InteropServices;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>What is answered. Several threads may answer on one connection; the gate orders them.</summary>
internal sealed partial class Connection
{
    private readonly Lock _gate = new();
    private bool _unflushed;

    /// <summary>Writes the scores of one request of a batch, straight from the batch's columns into the frame.</summary>
    /// <returns>None, or why there is an error frame instead</returns>
    public ErrorCode WriteScores(in PendingRequest request, ResponseBatch responses, int index)
    {
        ReadOnlySpan<float> scores = responses.Scores(index);
        bool withTracks = request.Opcode == Opcode.Recommend, withBreakdown = responses.HasBreakdown(index);
        bool withReservations = withTracks && responses.HasReservations;
        int payloadBytes = ScoresReply.PayloadBytes(scores.Length, withTracks, withBreakdown, withReservations);
        if (payloadBytes > _answerBytesMax)
        {
            WriteError(request.AnswerHeader(FrameKind.Error), ErrorCode.AnswerTooLarge, new ErrorPayload(Stage.Send, 0, ErrorPayload.NoOffset,
                $"the answer takes {payloadBytes} bytes, the caller takes {_answerBytesMax}"));
            return ErrorCode.AnswerTooLarge;
        }
        EngineGenerations generations = responses.GenerationsOf(index);
        lock (_gate)
        {
            if (_closing) return ErrorCode.None;
            Span<byte> frame = FrameWriter.Reserve(_transport.Output, payloadBytes);
            ScoresReplyParts parts = ScoresReply.Begin(FrameWriter.Payload(frame), scores.Length, withTracks, withBreakdown,
                new Generations(generations.Catalogue, generations.Model, generations.Prices), withReservations, responses.SlotCount(index));
            scores.CopyTo(parts.Scores);
            if (withTracks) responses.TrackIds(index).CopyTo(parts.Tracks);
            if (withBreakdown)
            {
                responses.CampaignIds(index).CopyTo(parts.Campaigns);
                MemoryMarshal.AsBytes(responses.Blocks(index)).CopyTo(parts.Blocks);
                for (int term = 0; term < ScoresReply.TermCount; term++)
                    responses.Terms(index, (BreakdownTerm)term).CopyTo(parts.Terms.Slice(term * scores.Length, scores.Length));
            }
            if (withReservations) WireReservations.ToWire(responses.Reservations(index)).CopyTo(parts.Reservations);
            Seal(frame, payloadBytes, request.AnswerHeader(FrameKind.Reply));
            return ErrorCode.None;
        }
    }

    /// <summary>Writes the answer to an EXPOSE.</summary>
    public void WriteExposures(in FrameHeader header, ReadOnlySpan<ExposureResult> results)
    {
        lock (_gate)
        {
            if (_closing) return;
            int payloadBytes = ExposeReply.PayloadBytes(results.Length);
            Span<byte> frame = FrameWriter.Reserve(_transport.Output, payloadBytes);
            results.CopyTo(ExposeReply.Begin(FrameWriter.Payload(frame), results.Length));
            Seal(frame, payloadBytes, header);
        }
    }

    /// <summary>Writes an error frame.</summary>
    public void WriteError(FrameHeader header, ErrorCode code, in ErrorPayload error)
    {
        header.Status = code;
        lock (_gate)
        {
            if (_closing) return;
            Span<byte> frame = FrameWriter.Reserve(_transport.Output, ErrorPayload.PayloadBytes);
            error.Write(FrameWriter.Payload(frame), code);
            Seal(frame, ErrorPayload.PayloadBytes, header);
        }
    }

    /// <summary>Sends what has been written.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_unflushed || _closing) return;
            _unflushed = false;
            _ = _transport.Output.FlushAsync(CancellationToken.None); // completes at once: the pipe does not push back
        }
    }

    private void Write(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (_closing) return;
            Span<byte> frame = FrameWriter.Reserve(_transport.Output, payload.Length);
            payload.CopyTo(FrameWriter.Payload(frame));
            Seal(frame, payload.Length, header);
        }
    }

    private void Seal(Span<byte> frame, int payloadBytes, FrameHeader header)
    {
        header.Credit = (ushort)_server.Options.Limits.InFlightMax;
        FrameWriter.Seal(_transport.Output, frame, payloadBytes, header);
        _unflushed = true;
    }
}
