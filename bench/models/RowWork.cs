using System.Diagnostics;

namespace Rubato.Bench;

/// <summary>One row of random numbers for every input of a model; tells how long it took from the time it was due.</summary>
internal sealed class RowWork(RowWorkRun run) : ModelWork
{
    private volatile bool _isOpen;

    /// <summary>Submitted and not yet done.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set => _isOpen = value;
    }

    public override int Rows => 1;

    protected internal override void Fill(ModelBatch batch, int firstRow, int rows, int batchRow)
    {
        for (int input = 0; input < run.Rows.Length; input++) run.Rows[input].CopyTo(batch.InputBytes(input, batchRow, rows));
    }

    protected internal override void Take(ModelBatch batch, int firstRow, int rows, int batchRow) => run.Took(batch.OutputBytes(0, batchRow, rows));

    protected internal override void Done(ModelGeneration generation, in ModelOutcome outcome) =>
        run.Ended(this, outcome.Status, Stopwatch.GetTimestamp() - Arrived);
}
