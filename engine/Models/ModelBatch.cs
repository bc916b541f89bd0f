namespace Rubato;

/// <summary>Columns of inputs and outputs in memory that the runtime reads and writes in place. Filled, run and read by one thread at a time.</summary>
/// <remarks>
/// Where a model leaves the first dimension open, the rows of a batch are one run. Where it fixes it to b, they are runs of b rows one after the
/// other, and where its inputs have no first dimension in common, every row is a run of its own. An input that fixes its first dimension while
/// others leave theirs open is shared by all rows.
/// </remarks>
public sealed class ModelBatch : IDisposable
{
    private readonly OrtNames _names;
    private readonly ModelColumn[] _inputs;
    private readonly ModelColumn[] _outputs;
    private readonly OrtBinding?[] _bindings;
    private readonly int _runRows; // 0: as many as there are

    internal ModelBatch(ModelSession session, int rowsMax, ModelBatchShape shape)
    {
        Session = session;
        RowsMax = rowsMax;
        _runRows = shape.RunRows;
        int capacity = _runRows == 0 ? rowsMax : checked((rowsMax + _runRows - 1) / _runRows * _runRows);
        _names = new OrtNames([.. shape.Inputs.Concat(shape.Outputs).Select(info => info.Name)]);
        _inputs = [.. shape.Inputs.Select((info, i) => shape.Column(info, _names[i], capacity))];
        _outputs = [.. shape.Outputs.Select((info, i) => shape.Column(info, _names[_inputs.Length + i], capacity))];
        _bindings = new OrtBinding?[_runRows == 0 ? 1 : capacity / _runRows];
        SharesInputs = _inputs.Any(column => column.Kind == ModelColumnKind.Shared);
        Control = new OrtRunControl(session.Native.Environment);
    }

    /// <summary>The model that it was made for.</summary>
    public ModelSession Session { get; }

    /// <summary>Rows that it holds.</summary>
    public int RowsMax { get; }

    /// <summary>Rows that one call of the runtime takes at most: RowsMax, or fewer where the model fixes its first dimension.</summary>
    public int RunRowsMax => _runRows == 0 ? RowsMax : Math.Min(_runRows, RowsMax);

    /// <summary>Rows of the last run; 0 before it, and after one that failed.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether an input is the same for all rows, so that rows of several requests do not fit into one run.</summary>
    public bool SharesInputs { get; }

    /// <summary>Memory of the inputs, in the model's order.</summary>
    internal IReadOnlyList<ModelColumn> InputColumns => _inputs;

    /// <summary>Memory of the outputs that are wanted, in the order in which they were asked for.</summary>
    internal IReadOnlyList<ModelColumn> OutputColumns => _outputs;

    internal OrtRunControl Control { get; }

    /// <summary>An input's rows, to be written before a run.</summary>
    /// <param name="name">the input</param>
    /// <returns>[RowsMax, elements of a row]; [elements] where it is shared by all rows</returns>
    /// <exception cref="ArgumentException">No such input.</exception>
    /// <exception cref="InvalidOperationException">Its elements are of another type.</exception>
    public Span<T> Input<T>(string name) where T : unmanaged => Find(_inputs, name, "input").Values<T>(RowsMax);

    /// <summary>An output's rows after a run.</summary>
    /// <param name="name">the output</param>
    /// <returns>[Rows, elements of a row]; valid until the next run</returns>
    /// <exception cref="ArgumentException">No such output.</exception>
    /// <exception cref="InvalidOperationException">Its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(string name) where T : unmanaged => Find(_outputs, name, "output").Values<T>(Rows);

    /// <summary>An output's rows after a run, by its place among the outputs of the batch.</summary>
    /// <inheritdoc cref="Output{T}(string)"/>
    public ReadOnlySpan<T> Output<T>(int index) where T : unmanaged => _outputs[index].Values<T>(Rows);

    /// <summary>The bytes of an input's rows, by its place in the model; where the input is shared by all rows, all of it.</summary>
    /// <param name="index">of the input</param> <param name="row">first row</param> <param name="rows">number of rows</param>
    /// <exception cref="ArgumentOutOfRangeException">Rows beyond RowsMax.</exception>
    public Span<byte> InputBytes(int index, int row, int rows) => _inputs[index].Bytes(row, rows);

    /// <summary>The bytes of an output's rows, by its place among the outputs of the batch.</summary>
    /// <inheritdoc cref="InputBytes"/>
    public ReadOnlySpan<byte> OutputBytes(int index, int row, int rows) => _outputs[index].Bytes(row, rows);

    /// <summary>Frees what the runtime holds for it.</summary>
    public void Dispose()
    {
        foreach (OrtBinding? binding in _bindings) binding?.Dispose();
        Control.Dispose();
        _names.Dispose();
    }

    /// <exception cref="OrtException">A call failed or was terminated.</exception>
    internal void Run(int rows)
    {
        Rows = 0;
        if (_runRows == 0) RunOne(0, 0, rows);
        else for (int row = 0, run = 0; row < rows; row += _runRows, run++) RunOne(run, row, _runRows);
        Rows = rows;
    }

    /// <summary>Refuses outputs that are not numbers.</summary>
    /// <exception cref="ModelRunException">Names the output and the row.</exception>
    internal void RequireFinite()
    {
        foreach (ModelColumn column in _outputs)
        {
            int at = FiniteElements.FirstNonFinite(column.Info.Element, column.Bytes(0, Rows));
            if (at < 0) continue;
            Rows = 0;
            throw new ModelRunException($"output '{column.Info.Name}', row {at / Math.Max(column.RowElements, 1)}: not a finite number");
        }
    }

    private void RunOne(int run, int firstRow, int rows)
    {
        OrtBinding binding = _bindings[run] ??= new OrtBinding(Session.Native);
        if (binding.Rows != rows) binding.Bind(_inputs, _outputs, firstRow, rows);
        binding.Run(Control);
    }

    private static ModelColumn Find(ModelColumn[] columns, string name, string what)
    {
        foreach (ModelColumn column in columns)
            if (column.Info.Name == name) return column;
        throw new ArgumentException($"no {what} '{name}' (expected {string.Join(", ", columns.Select(column => column.Info.Name))})", nameof(name));
    }
}
