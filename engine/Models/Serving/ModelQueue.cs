using System.Diagnostics;

namespace Rubato;

/// <summary>
/// The bounded queue in front of one loaded model. "While busy": an idle thread takes at once what there is; what arrives meanwhile is the
/// next batch. A maximum delay and preferred sizes make a thread wait for more rows, and never longer than that delay.
/// </summary>
internal sealed class ModelQueue
{
    private const int LowShare = 4; // work that nobody waits for may fill a quarter

    private readonly object _lock = new(); // a monitor: threads wait on it
    private readonly Queue<ModelWork>[] _waiting = [new(), new(), new()];
    private readonly int _rowsMax;
    private readonly int _queueRowsMax;
    private readonly long _delayTicks;
    private readonly int[] _preferredRows;
    private readonly bool _mixes;
    private int _rows;
    private bool _closed;

    /// <param name="manifest">limits of the batch and of the queue</param>
    /// <param name="rowsMax">rows of a batch</param>
    /// <param name="mixes">whether rows of several works fit into one batch</param>
    public ModelQueue(ModelManifest manifest, int rowsMax, bool mixes)
    {
        (_rowsMax, _queueRowsMax, _mixes) = (rowsMax, manifest.QueueRowsMax, mixes);
        _delayTicks = (long)(manifest.QueueDelay.TotalSeconds * Stopwatch.Frequency);
        _preferredRows = [.. manifest.PreferredRows.Order()];
    }

    /// <summary>Rows that wait.</summary>
    public int Rows
    {
        get { lock (_lock) return _rows; }
    }

    /// <summary>Puts a work behind those of its priority; false where the queue is full. An empty queue takes a work of any size.</summary>
    public bool TryAdd(ModelWork work)
    {
        lock (_lock)
        {
            int limit = work.Priority == ModelPriority.Low ? _queueRowsMax / LowShare : _queueRowsMax;
            if (_closed || (_rows > 0 && work.Rows > limit - _rows)) return false;
            work.Begin();
            _waiting[(int)work.Priority].Enqueue(work);
            _rows += work.Rows;
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Waits for rows and takes a batch of them.</summary>
    /// <param name="pieces">cleared, then filled; empty where only late works were found, or the queue is closed</param>
    /// <param name="late">cleared, then filled with works whose deadline has passed and of which no row was taken</param>
    /// <returns>false once the queue is closed and empty</returns>
    public bool Take(List<ModelPiece> pieces, List<ModelWork> late)
    {
        pieces.Clear();
        late.Clear();
        while (true)
        {
            lock (_lock)
            {
                DropLate(late);
                int rows = RowsToRun(Stopwatch.GetTimestamp(), out int waitMilliseconds);
                if (rows > 0) TakeRows(rows, pieces);
                if (rows > 0 || late.Count > 0) return true;
                if (_closed) return false;
                if (waitMilliseconds != 0)
                {
                    Monitor.Wait(_lock, waitMilliseconds);
                    continue;
                }
            }
            Thread.Yield(); // the last millisecond of a delay: no timer is that fine
        }
    }

    /// <summary>Refuses new works; those that wait are still taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    // Rows to take now; 0 to wait, for at most so many milliseconds.
    private int RowsToRun(long now, out int waitMilliseconds)
    {
        waitMilliseconds = Timeout.Infinite;
        if (_rows == 0) return 0;
        int most = Math.Min(_rows, _rowsMax);
        if (_closed || most == _rowsMax) return most;
        int preferred = 0;
        foreach (int rows in _preferredRows)
            if (rows <= most) preferred = rows;
        if (preferred > 0) return preferred;
        long left = Oldest() + _delayTicks - now;
        if (left <= 0) return most;
        waitMilliseconds = (int)(left * 1000 / Stopwatch.Frequency);
        return 0;
    }

    private long Oldest()
    {
        long oldest = long.MaxValue;
        foreach (Queue<ModelWork> queue in _waiting)
            if (queue.TryPeek(out ModelWork? work)) oldest = Math.Min(oldest, work.Arrived);
        return oldest;
    }

    private void TakeRows(int rows, List<ModelPiece> pieces)
    {
        foreach (Queue<ModelWork> queue in _waiting)
        {
            while (rows > 0 && queue.TryPeek(out ModelWork? work))
            {
                if (pieces.Count > 0 && (work.RunsAlone || !_mixes))
                {
                    rows = 0;
                    break;
                }
                int take = work.RunsAlone ? work.Rows : Math.Min(rows, work.Rows - work.NextRow);
                pieces.Add(new ModelPiece(work, work.NextRow, take));
                work.NextRow += take;
                _rows -= take;
                rows -= take;
                if (work.NextRow == work.Rows) queue.Dequeue();
                if (work.RunsAlone) rows = 0;
            }
        }
        if (_rows > 0) Monitor.Pulse(_lock); // for another thread of the model
    }

    // Late works are found when they reach the front; one that was begun goes on, because a part of its rows is being run.
    private void DropLate(List<ModelWork> late)
    {
        long now = Stopwatch.GetTimestamp();
        foreach (Queue<ModelWork> queue in _waiting)
        {
            while (queue.TryPeek(out ModelWork? work) && work.NextRow == 0 && work.IsLate(now))
            {
                queue.Dequeue();
                _rows -= work.Rows;
                late.Add(work);
            }
        }
    }
}
