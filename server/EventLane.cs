using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>
/// The thread that takes exposure events to the ledger. Whatever has queued up while it waited for the disk is its next batch, and shares one
/// write and one synchronisation: neither the threads that receive nor those that search ever wait for a disk.
/// </summary>
internal sealed class EventLane : IDisposable
{
    private const int BatchMax = 256;

    private readonly Engine _engine;
    private readonly BudgetLedger _ledger;
    private readonly RequestQueue<QueuedExposures> _queue;
    private readonly LedgerDurability _default;
    private readonly ServerMetrics _metrics;
    private readonly ILogger _log;
    private readonly Thread _thread;

    /// <param name="engine">with a ledger</param> <param name="queueMax">frames that wait at most</param>
    /// <param name="durability">of requests that do not say</param> <param name="metrics">counts</param> <param name="log">tells of faults</param>
    public EventLane(Engine engine, int queueMax, LedgerDurability durability, ServerMetrics metrics, ILogger log)
    {
        _engine = engine;
        _ledger = engine.Ledger ?? throw new ArgumentException("has no ledger", nameof(engine));
        _queue = new RequestQueue<QueuedExposures>(queueMax);
        _default = durability;
        _metrics = metrics;
        _log = log;
        _thread = new Thread(Work) { Name = "events", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Queues a request whose payload has been read successfully; false when the queue is full.</summary>
    public bool TryAdd(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload) =>
        _queue.TryAdd(connection, header, arrived, payload);

    /// <summary>Answers what is queued, then ends the thread.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread.Join();
    }

    private void Work()
    {
        var places = new QueuedExposures[BatchMax];
        for (int count = _queue.TakeBatch(places); count > 0; count = _queue.TakeBatch(places))
        {
            Span<QueuedExposures> batch = places.AsSpan(0, count);
            try
            {
                foreach (QueuedExposures place in batch) Apply(place);
                for (LedgerDurability level = LedgerDurability.None; level <= LedgerDurability.Fsynced; level++) Answer(batch, level);
            }
            catch (LedgerException stopped)
            {
                foreach (QueuedExposures place in batch) Refuse(place, ErrorCode.LedgerStopped, stopped.Message);
            }
            catch (Exception fault)
            {
                _log.EventFault(fault); // ours; nothing unanswered is acknowledged
                foreach (QueuedExposures place in batch) Refuse(place, ErrorCode.Internal, "a fault of the server; its log says more");
            }
            foreach (QueuedExposures place in batch) place.Connection!.Flush();
            _queue.Return(batch);
        }
    }

    private void Apply(QueuedExposures place)
    {
        ReadOnlySpan<Exposure> events = place.Request.Events;
        Span<ExposureResult> results = place.Results(events.Length);
        for (int i = 0; i < events.Length; i++)
        {
            ReservationId id = WireReservations.ToEngine(events[i].Reservation);
            results[i] = (ExposureResult)_engine.Expose(id, events[i].Track, events[i].Seconds, LedgerDurability.None);
        }
    }

    // Whoever asks for less does not wait for those who ask for more.
    private void Answer(ReadOnlySpan<QueuedExposures> batch, LedgerDurability level)
    {
        bool isCommitted = false;
        foreach (QueuedExposures place in batch)
        {
            if (DurabilityOf(place) != level) continue;
            if (!isCommitted) _ledger.Commit(level);
            isCommitted = true;
            int events = place.Request.Events.Length;
            ReadOnlySpan<ExposureResult> results = place.Results(events);
            _metrics.Exposed(results);
            place.Connection!.ReturnCredit();
            place.Connection.WriteExposures(place.AnswerHeader(FrameKind.Reply), results);
            End(place, ErrorCode.None);
        }
        if (level == LedgerDurability.Fsynced || !isCommitted) return; // the last ones are flushed with everything else
        foreach (QueuedExposures place in batch)
            if (place.IsAnswered) place.Connection!.Flush();
    }

    private LedgerDurability DurabilityOf(QueuedExposures place) => place.Request.Durability switch
    {
        ExposureDurability.Memory => LedgerDurability.None,
        ExposureDurability.Journalled => LedgerDurability.Journalled,
        ExposureDurability.Fsynced => LedgerDurability.Fsynced,
        _ => _default,
    };

    private void Refuse(QueuedExposures place, ErrorCode code, string message)
    {
        if (place.IsAnswered) return;
        place.Connection!.ReturnCredit();
        place.Connection.WriteError(place.AnswerHeader(FrameKind.Error), code, new ErrorPayload(Stage.Compute, 0, ErrorPayload.NoOffset, message));
        End(place, code);
    }

    private void End(QueuedExposures place, ErrorCode code)
    {
        place.IsAnswered = true;
        _metrics.RequestDone(Opcode.Expose, code, place.Age(Stopwatch.GetTimestamp()));
        place.Connection!.RequestLeft();
    }
}
