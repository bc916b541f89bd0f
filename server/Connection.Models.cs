using System.Diagnostics;
using System.Text;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>EMBED, RANK and INFER: copied once, queued at the model, answered by its threads.</summary>
internal sealed partial class Connection
{
    private bool Model(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived)
    {
        if (_server.Models is not { } models) return RefuseRequest(header, ErrorCode.UnknownModel, Stage.Admission, "this server has no models");
        if (!ModelRequest.TryRead(payload, out ModelRequest request, out int errorOffset)) return RefusePayload(header, errorOffset);
        if (!HasCredit) return RefuseCredit(header);
        Span<char> model = stackalloc char[ModelRequest.NameBytesMax], label = stackalloc char[ModelRequest.NameBytesMax];
        model = model[..Encoding.UTF8.GetChars(request.Model, model)];
        label = label[..Encoding.UTF8.GetChars(request.Label, label)];
        if (!models.Host.TryHold(model, (int)request.Version, label, request.ListenerId, out ModelGeneration? generation))
            return RefuseRequest(header, ErrorCode.UnknownModel, Stage.Admission, models.Host.Explain(model.ToString(), (int)request.Version, label.ToString()));
        bool accepted = header.Opcode == Opcode.Infer ? Infer(header, request, arrived, generation!) : Rows(header, payload, arrived, generation!);
        if (!accepted) generation!.Release();
        return true;
    }

    private bool Rows(in FrameHeader header, ReadOnlySpan<byte> payload, long arrived, ModelGeneration generation)
    {
        RoleRequest work = _server.Models!.Requests.Take();
        string? problem = work.Take(this, header, arrived, payload, generation, _server.Engine.Catalogue, out int unknownTrack);
        long answerBytes = FrameHeader.Bytes + (long)sizeof(float) * work.Rows * (work.Width + 1);
        bool accepted = false;
        if (unknownTrack >= 0) RefuseRequest(header, ErrorCode.UnknownTrack, Stage.Admission, problem!, (uint)unknownTrack);
        else if (problem is not null) RefuseRequest(header, ErrorCode.ModelMismatch, Stage.Admission, problem);
        else if (answerBytes > _answerBytesMax)
            RefuseRequest(header, ErrorCode.AnswerTooLarge, Stage.Admission, $"the answer takes {answerBytes} bytes, the caller takes {_answerBytesMax}");
        else accepted = TrySubmit(header, generation, work);
        if (!accepted) work.Return();
        return accepted;
    }

    private bool Infer(in FrameHeader header, in ModelRequest request, long arrived, ModelGeneration generation)
    {
        FrameHeader asked = header;
        try
        {
            var work = new TensorWork(generation, ModelTensors.From(request.Tensors!), [], (done, ran, outcome) => AnswerModel(asked, arrived, ran, outcome, default, done))
            {
                Arrived = arrived, Deadline = PendingRequest.DeadlineOf(header, arrived), Priority = RoleRequest.PriorityOf(request.Priority),
            };
            return TrySubmit(header, generation, work);
        }
        catch (Exception mismatch) when (mismatch is ModelRunException or BadTensorException)
        {
            RefuseRequest(header, ErrorCode.ModelMismatch, Stage.Admission, mismatch.Message);
            return false;
        }
    }

    private bool TrySubmit(in FrameHeader header, ModelGeneration generation, ModelWork work)
    {
        TryEnter(); // asked for before; this thread alone takes credits
        if (generation.TrySubmit(work, out int retryAfterMilliseconds)) return true;
        Leave();
        RefuseRequest(header, ErrorCode.Overloaded, Stage.Admission, $"{generation.QueueRows} rows are waiting for model '{generation.Name}'", retryAfterMilliseconds: (uint)retryAfterMilliseconds);
        return false;
    }

    /// <summary>Writes and sends what became of an EMBED, RANK or INFER; called by the model's threads.</summary>
    /// <param name="asked">the request's header</param> <param name="arrived">its time</param> <param name="generation">what ran it</param>
    /// <param name="outcome">how it ended</param> <param name="reply">what it answered</param> <param name="tensors">of an INFER, instead of a reply</param>
    public void AnswerModel(
        in FrameHeader asked, long arrived, ModelGeneration generation, in ModelOutcome outcome, ModelReply reply, TensorWork? tensors = null)
    {
        ReturnCredit();
        ErrorCode code = ErrorCode.Internal;
        try
        {
            code = tensors is null ? WriteOutcome(asked, generation, outcome, reply) : WriteOutputs(asked, generation, outcome, tensors);
        }
        finally
        {
            ModelAnswered(asked, arrived, code);
        }
    }

    // Internal: something was thrown on the way, which the model's thread tells; the caller must not wait for ever.
    private void ModelAnswered(in FrameHeader asked, long arrived, ErrorCode code)
    {
        if (code == ErrorCode.Internal)
            WriteError(AnswerHeader(asked, FrameKind.Error), code, new ErrorPayload(Stage.Send, 0, ErrorPayload.NoOffset, "the answer could not be written"));
        _server.Metrics.RequestDone(asked.Opcode, code, Stopwatch.GetTimestamp() - arrived);
        RequestLeft();
        Flush();
    }

    // Sizes are looked at before anything is copied: a model's outputs may be as large as its inputs tell it.
    private ErrorCode WriteOutputs(in FrameHeader asked, ModelGeneration generation, in ModelOutcome outcome, TensorWork done)
    {
        if (outcome.Status != ModelStatus.Ok) return WriteOutcome(asked, generation, outcome, default);
        if (ModelTensors.WireProblem(done.Outputs) is { } problem)
            return WriteOutcome(asked, generation, outcome with { Status = ModelStatus.Failed, Problem = problem }, default);
        long bytes = ModelTensors.Bytes(done.Outputs);
        return bytes > _answerBytesMax ? RefuseAnswer(asked, bytes) : WriteOutcome(asked, generation, outcome, new ModelReply { Tensors = ModelTensors.ToWire(done.Outputs) });
    }

    private ErrorCode WriteOutcome(in FrameHeader asked, ModelGeneration generation, in ModelOutcome outcome, ModelReply reply)
    {
        if (outcome.Status == ModelStatus.Ok)
        {
            return WriteModel(asked, new ModelReply
            {
                Version = (uint)generation.Version, BatchRows = (uint)outcome.BatchRows, QueueMicroseconds = Microseconds(outcome.QueueTicks),
                BatchMicroseconds = Microseconds(outcome.BatchTicks), ComputeMicroseconds = Microseconds(outcome.ComputeTicks),
                Rows = reply.Rows, Values = reply.Values, Relevance = reply.Relevance, Tensors = reply.Tensors,
            });
        }
        ErrorCode code = outcome.Status == ModelStatus.Failed ? ErrorCode.ModelFailed : ErrorCode.DeadlineExceeded;
        Stage stage = outcome.Status == ModelStatus.LateInQueue ? Stage.Queue : Stage.Compute;
        WriteError(AnswerHeader(asked, FrameKind.Error), code, new ErrorPayload(stage, 0, ErrorPayload.NoOffset, outcome.Problem ?? ""));
        return code;
    }

    private ErrorCode WriteModel(in FrameHeader asked, in ModelReply reply)
    {
        int payloadBytes = reply.PayloadBytes;
        if (payloadBytes > _answerBytesMax) return RefuseAnswer(asked, payloadBytes);
        lock (_gate)
        {
            if (_closing) return ErrorCode.None;
            Span<byte> frame = FrameWriter.Reserve(_transport.Output, payloadBytes);
            reply.Write(FrameWriter.Payload(frame));
            Seal(frame, payloadBytes, AnswerHeader(asked, FrameKind.Reply));
        }
        return ErrorCode.None;
    }

    private ErrorCode RefuseAnswer(in FrameHeader asked, long bytes)
    {
        WriteError(AnswerHeader(asked, FrameKind.Error), ErrorCode.AnswerTooLarge,
            new ErrorPayload(Stage.Send, 0, ErrorPayload.NoOffset, $"the answer takes {bytes} bytes, the caller takes {_answerBytesMax}"));
        return ErrorCode.AnswerTooLarge;
    }

    private static FrameHeader AnswerHeader(in FrameHeader asked, FrameKind kind) => asked with { Kind = kind, Status = ErrorCode.None, DeadlineMicroseconds = 0, Flags = 0 };

    private static uint Microseconds(long ticks) => (uint)Math.Clamp(ticks * 1_000_000 / Stopwatch.Frequency, 0, uint.MaxValue);
}
