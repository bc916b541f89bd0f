using System.Diagnostics;

namespace Rubato;

/// <summary>One thread of a loaded model with a batch of its own: takes rows, runs them, hands the answers back.</summary>
internal sealed class ModelWorker
{
    private readonly ModelGeneration _generation;
    private readonly ModelQueue _queue;
    private readonly ModelBatch? _batch;
    private readonly Thread _thread;
    private readonly List<ModelPiece> _pieces = [];
    private readonly List<ModelWork> _late = [];

    /// <param name="generation">the model</param> <param name="queue">where its work comes from</param>
    /// <param name="batch">freed when the thread ends; null for a model that does not come in rows</param>
    /// <param name="index">of the instance</param>
    public ModelWorker(ModelGeneration generation, ModelQueue queue, ModelBatch? batch, int index)
    {
        (_generation, _queue, _batch) = (generation, queue, batch);
        _thread = new Thread(Work) { Name = $"model {generation.Name}/{generation.Version} {index}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Waits until the closed queue is empty and the thread has ended.</summary>
    public void Join() => _thread.Join();

    private void Work()
    {
        while (_queue.Take(_pieces, _late))
        {
            foreach (ModelWork work in _late)
            {
                work.Count(work.Rows, Stopwatch.GetTimestamp() - work.Arrived, 0, 0, 0);
                End(new ModelPiece(work, 0, work.Rows), ModelStatus.LateInQueue, "the deadline passed in the queue");
            }
            if (_pieces.Count == 0) continue;
            if (_pieces[0].Work.RunsAlone) RunAlone(_pieces[0]);
            else if (!TryRun(_pieces)) RunEachAlone();
        }
        _batch?.Dispose();
    }

    // One bad work must not fail the others of its batch: the second time each runs without them.
    private void RunEachAlone()
    {
        var alone = new List<ModelPiece>(1);
        foreach (ModelPiece piece in _pieces)
        {
            alone.Clear();
            alone.Add(piece);
            TryRun(alone);
        }
    }

    /// <summary>Runs pieces as one batch and ends them; false where it failed and there is more than one work to tell apart.</summary>
    private bool TryRun(List<ModelPiece> pieces)
    {
        long taken = Stopwatch.GetTimestamp();
        int rows = 0;
        ModelStatus status = ModelStatus.Ok;
        string? problem = null;
        long begun = taken, ended = taken;
        try
        {
            foreach (ModelPiece piece in pieces)
            {
                piece.Work.Fill(_batch!, piece.FirstRow, piece.Rows, rows);
                rows += piece.Rows;
            }
            begun = ended = Stopwatch.GetTimestamp();
            _generation.Session.Run(_batch!, rows, TimeOf(pieces, begun));
            ended = Stopwatch.GetTimestamp();
            _generation.Counters.CountRun(rows, ended - begun);
            Read(pieces);
        }
        catch (ModelDeadlineException late)
        {
            (status, problem, ended) = (ModelStatus.LateInRun, late.Message, Stopwatch.GetTimestamp());
        }
        catch (ModelRunException failure)
        {
            if (pieces.Count > 1) return false;
            (status, problem, ended) = (ModelStatus.Failed, failure.Message, Stopwatch.GetTimestamp());
        }
        catch (Exception fault) // a work's own fault: its caller is told, the model and its thread go on
        {
            if (pieces.Count > 1) return false;
            (status, problem, ended) = (ModelStatus.Failed, $"internal fault: {fault.Message}", Stopwatch.GetTimestamp());
        }
        long copied = begun - taken + (Stopwatch.GetTimestamp() - ended);
        foreach (ModelPiece piece in pieces)
        {
            piece.Work.Count(piece.Rows, taken - piece.Work.Arrived, copied, ended - begun, rows);
            End(piece, status, problem);
        }
        return true;
    }

    private void Read(List<ModelPiece> pieces)
    {
        int row = 0;
        foreach (ModelPiece piece in pieces)
        {
            piece.Work.Take(_batch!, piece.FirstRow, piece.Rows, row);
            _generation.Trial?.Offer(_batch!, row, piece.Rows);
            row += piece.Rows;
        }
    }

    private void RunAlone(in ModelPiece piece)
    {
        long begun = Stopwatch.GetTimestamp();
        ModelStatus status = ModelStatus.Ok;
        string? problem = null;
        try
        {
            piece.Work.RunAlone(_generation.Session, TimeOf(_pieces, begun));
            _generation.Counters.CountRun(piece.Rows, Stopwatch.GetTimestamp() - begun);
        }
        catch (ModelDeadlineException late)
        {
            (status, problem) = (ModelStatus.LateInRun, late.Message);
        }
        catch (Exception failure) // the model's, or the work's own
        {
            (status, problem) = (ModelStatus.Failed, failure.Message);
        }
        piece.Work.Count(piece.Rows, begun - piece.Work.Arrived, 0, Stopwatch.GetTimestamp() - begun, piece.Rows);
        End(piece, status, problem);
    }

    // A run lasts until nobody of its batch waits any more, and never longer than model.json permits.
    private TimeSpan TimeOf(List<ModelPiece> pieces, long now)
    {
        long latest = 0;
        foreach (ModelPiece piece in pieces) latest = Math.Max(latest, piece.Work.Deadline);
        TimeSpan most = _generation.Manifest.RunDeadline;
        if (latest == long.MaxValue) return most;
        var left = TimeSpan.FromSeconds((double)(latest - now) / Stopwatch.Frequency);
        return left < most ? left : most;
    }

    private void End(in ModelPiece piece, ModelStatus status, string? problem)
    {
        if (!piece.Work.End(piece.Rows, status, problem)) return;
        _generation.End(piece.Work);
    }
}
