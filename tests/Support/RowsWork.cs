using System.Diagnostics;

namespace Rubato.Tests.Support;

/// <summary>Rows of floats for the first input of a model; keeps what its first output answers.</summary>
internal class RowsWork : ModelWork
{
    private readonly TaskCompletionSource<ModelOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[] _values;
    private readonly int _width, _answerWidth;

    /// <param name="values">[rows, width]</param> <param name="width">of the model's input "x"</param> <param name="answerWidth">of its output "y"; 0 for the same</param>
    public RowsWork(float[] values, int width, int answerWidth = 0)
    {
        (_values, _width, _answerWidth) = (values, width, answerWidth == 0 ? width : answerWidth);
        Answers = new float[values.Length / width * _answerWidth];
        Arrived = Stopwatch.GetTimestamp();
    }

    public override int Rows => _values.Length / _width;

    /// <summary>The rows themselves.</summary>
    public IReadOnlyList<float> Given => _values;

    public float[] Answers { get; }

    /// <summary>How it ended.</summary>
    public Task<ModelOutcome> Outcome => _done.Task;

    /// <summary>Called when it has ended, on the model's thread.</summary>
    public Action? OnDone { get; init; }

    public void DueIn(TimeSpan time) => Deadline = Arrived + (long)(time.TotalSeconds * Stopwatch.Frequency);

    protected internal override void Fill(ModelBatch batch, int firstRow, int rows, int batchRow) =>
        _values.AsSpan(firstRow * _width, rows * _width).CopyTo(batch.Input<float>("x")[(batchRow * _width)..]);

    protected internal override void Take(ModelBatch batch, int firstRow, int rows, int batchRow) =>
        batch.Output<float>("y").Slice(batchRow * _answerWidth, rows * _answerWidth).CopyTo(Answers.AsSpan(firstRow * _answerWidth));

    protected internal override void Done(ModelGeneration generation, in ModelOutcome outcome)
    {
        OnDone?.Invoke();
        _done.SetResult(outcome);
    }
}
