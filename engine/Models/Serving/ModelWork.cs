using System.Diagnostics;

namespace Rubato;

/// <summary>Rows for a model to run together with those of others. An object may be submitted again once it is done.</summary>
/// <remarks>Rows are taken in pieces, in order, by one or more of the model's threads: members that move rows may run at the same time for different rows.</remarks>
public abstract class ModelWork
{
    private int _rowsLeft;
    private int _status;
    private string? _problem;
    private long _queueTicks;
    private long _batchTicks;
    private long _computeTicks;
    private int _batchRows;

    /// <summary>Rows that it has, 1 or more.</summary>
    public abstract int Rows { get; }

    /// <summary>Whether it runs alone, by <see cref="RunAlone"/>, because it does not come in rows of the model's batch.</summary>
    public virtual bool RunsAlone => false;

    /// <summary>Who goes first.</summary>
    public ModelPriority Priority { get; set; } = ModelPriority.Normal;

    /// <summary>Stopwatch ticks after which nobody waits for it; <see cref="long.MaxValue"/> for none.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Stopwatch ticks of its arrival, from which the time in the queue counts.</summary>
    public long Arrived { get; set; }

    /// <summary>The first row that no batch has taken yet; belongs to the queue.</summary>
    internal int NextRow { get; set; }

    internal bool IsLate(long now) => now > Deadline;

    /// <summary>Writes rows into a batch.</summary>
    /// <param name="batch">the batch</param> <param name="firstRow">of this work</param> <param name="rows">1 or more</param> <param name="batchRow">where they go</param>
    protected internal abstract void Fill(ModelBatch batch, int firstRow, int rows, int batchRow);

    /// <summary>Reads what a run answered for rows.</summary>
    /// <param name="batch">the batch after its run</param> <param name="firstRow">of this work</param> <param name="rows">1 or more</param> <param name="batchRow">where they are</param>
    protected internal abstract void Take(ModelBatch batch, int firstRow, int rows, int batchRow);

    /// <summary>Runs everything by itself.</summary>
    /// <param name="session">the model</param> <param name="deadline">time that it may take</param>
    /// <exception cref="ModelRunException">The run failed.</exception>
    protected internal virtual void RunAlone(ModelSession session, TimeSpan deadline) => throw new NotSupportedException();

    /// <summary>Everything was run, or will not be; called once, on one of the model's threads, which must not be kept waiting.</summary>
    /// <param name="generation">what ran it</param> <param name="outcome">how it ended</param>
    protected internal abstract void Done(ModelGeneration generation, in ModelOutcome outcome);

    internal void Begin()
    {
        (_rowsLeft, NextRow, _status, _problem) = (Rows, 0, (int)ModelStatus.Ok, null);
        (_queueTicks, _batchTicks, _computeTicks, _batchRows) = (0, 0, 0, 0);
    }

    /// <summary>Some rows are over and done with; true for the last of them.</summary>
    internal bool End(int rows, ModelStatus status, string? problem)
    {
        if (rows == Rows) // in one piece, as most are: nobody else writes here
        {
            (_status, _problem) = ((int)status, problem);
            return true;
        }
        if (status != ModelStatus.Ok && Interlocked.CompareExchange(ref _status, (int)status, (int)ModelStatus.Ok) == (int)ModelStatus.Ok) _problem = problem;
        return Interlocked.Add(ref _rowsLeft, -rows) == 0;
    }

    /// <summary>Adds up what a piece of it took.</summary>
    internal void Count(int rows, long queueTicks, long batchTicks, long computeTicks, int batchRows)
    {
        if (rows == Rows)
        {
            (_queueTicks, _batchTicks, _computeTicks, _batchRows) = (queueTicks, batchTicks, computeTicks, batchRows);
            return;
        }
        Interlocked.CompareExchange(ref _queueTicks, queueTicks, 0); // the first batch's
        Interlocked.Add(ref _batchTicks, batchTicks);
        Interlocked.Add(ref _computeTicks, computeTicks);
        Volatile.Write(ref _batchRows, batchRows);
    }

    /// <summary>What became of it, once <see cref="End"/> was true.</summary>
    internal ModelOutcome Judge() => _status == (int)ModelStatus.Ok && IsLate(Stopwatch.GetTimestamp())
        ? new ModelOutcome(ModelStatus.LateInRun, "the deadline passed during the run", _queueTicks, _batchTicks, _computeTicks, _batchRows)
        : new ModelOutcome((ModelStatus)_status, _problem, _queueTicks, _batchTicks, _computeTicks, _batchRows);
}
