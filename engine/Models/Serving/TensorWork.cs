namespace Rubato;

/// <summary>Named tensors for any model: batched with others where they are rows of it, run alone otherwise.</summary>
public sealed class TensorWork : ModelWork
{
    private readonly IReadOnlyDictionary<string, ModelTensor> _inputs;
    private readonly string[] _names;
    private readonly Action<TensorWork, ModelGeneration, ModelOutcome> _done;
    private readonly int _rows; // 0: alone
    private ModelValue[] _outputs = [];

    /// <param name="generation">the model that it is for</param>
    /// <param name="inputs">every input by name; unchanged until it is done</param>
    /// <param name="outputs">names of the outputs wanted; empty for all that are tensors</param>
    /// <param name="done">called once it is over, on one of the model's threads</param>
    /// <exception cref="ModelRunException">An input or output that the model does not have, or of another type or shape; an input with infinity, or with NaN that model.json does not say it takes.</exception>
    public TensorWork(ModelGeneration generation, IReadOnlyDictionary<string, ModelTensor> inputs, IReadOnlyList<string> outputs,
        Action<TensorWork, ModelGeneration, ModelOutcome> done)
    {
        (_inputs, _done) = (inputs, done);
        _names = outputs.Count > 0 ? [.. outputs] : [.. generation.Session.Outputs.Where(info => info.IsTensor).Select(info => info.Name)];
        generation.Session.Check(inputs, _names);
        RequireFinite(generation.Manifest, inputs);
        _rows = RowsFor(generation);
        if (_rows > 0) _outputs = [.. _names.Select(name => Room(Column(generation.Shape!.OutputColumns, name)!))];
    }

    /// <inheritdoc/>
    public override int Rows => Math.Max(1, _rows);

    /// <inheritdoc/>
    public override bool RunsAlone => _rows == 0;

    /// <summary>What the model answered, by name, once it is done.</summary>
    public IEnumerable<(string Name, ModelValue Value)> Outputs => _names.Zip(_outputs);

    /// <inheritdoc/>
    protected internal override void Fill(ModelBatch batch, int firstRow, int rows, int batchRow)
    {
        for (int i = 0; i < batch.InputColumns.Count; i++)
        {
            ModelColumn column = batch.InputColumns[i];
            int rowBytes = column.BytesOf(1);
            _inputs[column.Info.Name].Bytes.AsSpan(firstRow * rowBytes, rows * rowBytes).CopyTo(batch.InputBytes(i, batchRow, rows));
        }
    }

    /// <inheritdoc/>
    protected internal override void Take(ModelBatch batch, int firstRow, int rows, int batchRow)
    {
        for (int i = 0; i < batch.OutputColumns.Count; i++)
        {
            int place = Array.IndexOf(_names, batch.OutputColumns[i].Info.Name);
            if (place < 0) continue;
            ReadOnlySpan<byte> bytes = batch.OutputBytes(i, batchRow, rows);
            bytes.CopyTo(((ModelTensor)_outputs[place]).Bytes.AsSpan(firstRow * (bytes.Length / rows)));
        }
    }

    /// <inheritdoc/>
    protected internal override void RunAlone(ModelSession session, TimeSpan deadline) => _outputs = [.. session.Infer(_inputs, _names, deadline)];

    /// <inheritdoc/>
    protected internal override void Done(ModelGeneration generation, in ModelOutcome outcome) => _done(this, generation, outcome);

    // What is not a number spreads to the output, and then the whole batch fails and runs again one by one.
    private static void RequireFinite(ModelManifest manifest, IReadOnlyDictionary<string, ModelTensor> inputs)
    {
        foreach ((string name, ModelTensor tensor) in inputs)
        {
            bool takesNaN = manifest.Input(name) is { TakesNaN: true };
            int at = takesNaN ? FiniteElements.FirstInfinite(tensor.Element, tensor.Data) : FiniteElements.FirstNonFinite(tensor.Element, tensor.Data);
            if (at >= 0) throw new ModelRunException($"input '{name}': element {at} is {(takesNaN ? "" : "NaN or ")}infinite");
        }
    }

    // The rows of the tensors, where every input of the model is open in its first dimension and all are given the same number of rows.
    private int RowsFor(ModelGeneration generation)
    {
        if (generation.Shape is not { } batch || batch.InputColumns.Count == 0) return 0;
        long rows = _inputs[batch.InputColumns[0].Info.Name].Shape is [var first, ..] ? first : 0;
        if (rows is < 1 or > ModelSession.RowsMax) return 0;
        bool fits = batch.InputColumns.All(column => column.TakesRows(_inputs[column.Info.Name].Shape, rows))
            && _names.All(name => Column(batch.OutputColumns, name) is { Kind: ModelColumnKind.Stacked });
        return fits ? (int)rows : 0;
    }

    private ModelTensor Room(ModelColumn column)
    {
        long[] shape = column.ShapeOf(1).ToArray();
        shape[0] = _rows;
        return new ModelTensor(column.Info.Element, shape);
    }

    private static ModelColumn? Column(IReadOnlyList<ModelColumn> columns, string name) => columns.FirstOrDefault(column => column.Info.Name == name);
}
