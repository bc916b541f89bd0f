using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>
/// The bounded queue in front of the lanes that search: RECOMMEND requests of many connections become batches "while busy". An idle lane
/// starts at once; whatever queues up while it works is its next batch, and shares one pass over the catalogue.
/// </summary>
internal sealed class Batcher : IDisposable
{
    private readonly RequestQueue<QueuedRequest> _queue;
    private readonly ServerMetrics _metrics;
    private readonly ILogger _log;
    private readonly int _batchMax;
    private readonly Thread[] _threads;

    public Batcher(int lanes, int queueMax, int batchMax, ServerMetrics metrics, ILogger log, Func<ComputeLane> createLane)
    {
        _queue = new RequestQueue<QueuedRequest>(queueMax);
        _metrics = metrics;
        _log = log;
        _batchMax = batchMax;
        _threads = new Thread[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            ComputeLane own = createLane();
            _threads[lane] = new Thread(() => Work(own)) { Name = $"recommend lane {lane}", IsBackground = true };
            _threads[lane].Start();
        }
    }

    /// <summary>Requests waiting now.</summary>
    public int Depth => _queue.Depth;

    /// <summary>Queues a request whose payload has been read successfully; false when the queue is full.</summary>
    public bool TryAdd(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload) =>
        _queue.TryAdd(connection, header, arrived, payload);

    /// <summary>Answers what is queued, then ends the lanes.</summary>
    public void Dispose()
    {
        _queue.Close();
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Work(ComputeLane lane)
    {
        var batch = new QueuedRequest[_batchMax];
        for (int count = _queue.TakeBatch(batch); count > 0; count = _queue.TakeBatch(batch))
        {
            long begun = Stopwatch.GetTimestamp();
            try
            {
                for (int i = 0; i < count; i++) AddOrRefuse(lane, batch[i].Request, begun);
                lane.Run();
            }
            catch (Exception fault)
            {
                _log.BatchFault(fault); // ours; these callers lose their connection, all others go on
                lane.Forget();
                for (int i = 0; i < count; i++) batch[i].Request.Connection.Abort();
            }
            for (int i = 0; i < count; i++) batch[i].Request.Connection.RequestLeft(); // all of them first: one flush sends every answer of a connection
            for (int i = 0; i < count; i++) batch[i].Request.Connection.Flush();
            _queue.Return(batch.AsSpan(0, count));
        }
        lane.Dispose();
    }

    private void AddOrRefuse(ComputeLane lane, in PendingRequest request, long begun)
    {
        _metrics.Queued(begun - request.Arrived);
        if (!request.IsLate)
        {
            lane.Add(request);
            return;
        }
        request.ReturnCredit();
        request.Connection.WriteError(request.AnswerHeader(FrameKind.Error), ErrorCode.DeadlineExceeded,
            new ErrorPayload(Stage.Queue, 0, ErrorPayload.NoOffset, "deadline passed in the queue"));
        _metrics.RequestDone(request.Opcode, ErrorCode.DeadlineExceeded, Stopwatch.GetTimestamp() - request.Arrived);
    }
}
