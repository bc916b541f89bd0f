using System.Diagnostics;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Runs pending requests as batches of the engine and writes their answers; one thread at a time.</summary>
internal sealed class ComputeLane : IDisposable
{
    private readonly Engine _engine;
    private readonly EngineLane _lane;
    private readonly RequestBatch _requests;
    private readonly ResponseBatch _responses;
    private readonly PendingRequest[] _pending;
    private readonly int[] _batched;
    private readonly ServerMetrics _metrics;
    private int _count;

    public ComputeLane(Engine engine, int batchMax, ServerMetrics metrics)
    {
        _engine = engine;
        _lane = engine.CreateLane();
        _requests = engine.CreateRequests();
        _responses = engine.CreateResponses();
        _pending = new PendingRequest[Math.Min(batchMax, engine.Options.Limits.RequestsMax)];
        _batched = new int[_pending.Length];
        _metrics = metrics;
    }

    /// <summary>Takes a request into the next batch; a full batch runs first.</summary>
    public void Add(in PendingRequest request)
    {
        if (_count == _pending.Length) Run();
        _pending[_count++] = request;
    }

    /// <summary>Answers everything added since the last run. Answers are written, not flushed.</summary>
    public void Run()
    {
        for (int next = 0; next < _count;)
        {
            int batchCount = 0;
            for (; next < _count; next++)
            {
                ref readonly PendingRequest request = ref _pending[next];
                if (request.IsLate)
                {
                    request.ReturnCredit();
                    Refuse(request, ErrorCode.DeadlineExceeded, Stage.Compute, -1, "deadline passed before the computation");
                    continue;
                }
                if (request.AddTo(_requests) < 0) break; // the batch is full: run it, then go on from here
                _batched[batchCount++] = next;
            }
            if (batchCount > 0) RunBatch(batchCount);
        }
        Array.Clear(_pending, 0, _count);
        _count = 0;
    }

    /// <summary>Drops what was added, after a fault.</summary>
    public void Forget()
    {
        _requests.Clear();
        Array.Clear(_pending);
        _count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _lane.Dispose();

    private void RunBatch(int batchCount)
    {
        _lane.Score(_requests, _responses);
        _metrics.BatchDone(_responses, batchCount);
        for (int i = 0; i < batchCount; i++) Answer(_pending[_batched[i]], i);
        _requests.Clear();
    }

    private void Answer(in PendingRequest request, int index)
    {
        request.ReturnCredit();
        RequestOutcome outcome = _responses.Outcomes[index];
        if (!outcome.IsOk)
        {
            Refuse(request, outcome.Status.ToErrorCode(), Stage.Admission, outcome.Index, outcome.Describe(_requests));
        }
        else if (request.IsLate)
        {
            Withdraw(index);
            Refuse(request, ErrorCode.DeadlineExceeded, Stage.Send, -1, "deadline passed during the computation");
        }
        else
        {
            ErrorCode code = request.Connection.WriteScores(request, _responses, index);
            if (code != ErrorCode.None) Withdraw(index);
            _metrics.RequestDone(request.Opcode, code, Stopwatch.GetTimestamp() - request.Arrived);
        }
    }

    /// <summary>Gives back what was reserved for an answer that is not sent.</summary>
    private void Withdraw(int index)
    {
        try
        {
            if (_responses.HasReservations) _engine.Withdraw(_responses, index);
        }
        catch (LedgerException)
        {
            // It has stopped: nothing is reserved any more, and readiness says so.
        }
    }

    private void Refuse(in PendingRequest request, ErrorCode code, Stage stage, long offset, string message)
    {
        request.Connection.WriteError(request.AnswerHeader(FrameKind.Error), code,
            new ErrorPayload(stage, 0, offset < 0 ? ErrorPayload.NoOffset : (uint)offset, message));
        _metrics.RequestDone(request.Opcode, code, Stopwatch.GetTimestamp() - request.Arrived);
    }
}
