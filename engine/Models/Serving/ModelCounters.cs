using System.Diagnostics;

namespace Rubato;

/// <summary>What a loaded model has done since it was loaded; read at any time, written by its threads.</summary>
public sealed class ModelCounters
{
    private readonly long[] _ended = new long[(int)ModelStatus.Failed + 1];
    private long _shed;
    private long _batches;
    private long _rows;
    private long _queueTicks;
    private long _computeTicks;

    internal ModelCounters()
    {
    }

    /// <summary>Works refused because the queue was full.</summary>
    public long Shed => Volatile.Read(ref _shed);

    /// <summary>Runs.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Rows run.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Seconds that works waited for their first batch, summed.</summary>
    public double QueueSeconds => (double)Volatile.Read(ref _queueTicks) / Stopwatch.Frequency;

    /// <summary>Seconds of runs, summed.</summary>
    public double ComputeSeconds => (double)Volatile.Read(ref _computeTicks) / Stopwatch.Frequency;

    /// <summary>Works that ended this way.</summary>
    public long Ended(ModelStatus status) => Volatile.Read(ref _ended[(int)status]);

    /// <summary>Rows run per second of run; 0 before the first.</summary>
    internal double RowsPerSecond => ComputeSeconds > 0 ? Rows / ComputeSeconds : 0;

    internal void CountShed() => Interlocked.Increment(ref _shed);

    internal void CountRun(int rows, long ticks)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _computeTicks, ticks);
    }

    internal void CountEnd(in ModelOutcome outcome)
    {
        Interlocked.Increment(ref _ended[(int)outcome.Status]);
        Interlocked.Add(ref _queueTicks, outcome.QueueTicks);
    }
}
