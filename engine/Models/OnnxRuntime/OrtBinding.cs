namespace Rubato;

/// <summary>Inputs and outputs of one run bound to memory of our own, so that a run copies nothing and allocates nothing.</summary>
internal sealed unsafe class OrtBinding : IDisposable
{
    private readonly OrtSession _session;
    private readonly OrtHandle _binding;

    /// <param name="session">kept alive until the binding is disposed</param>
    public OrtBinding(OrtSession session)
    {
        _session = session;
        OrtEnvironment environment = session.Environment;
        nint binding;
        environment.Check(environment.Api.CreateIoBinding(session.Handle.Value, &binding));
        _binding = new OrtHandle(binding, environment.Api.ReleaseIoBinding, session.Handle);
    }

    /// <summary>Rows that it is bound to; 0 until it is.</summary>
    public int Rows { get; private set; }

    /// <summary>Binds every column's rows; the binding keeps no more than their addresses.</summary>
    /// <param name="inputs">columns of inputs</param> <param name="outputs">columns of outputs</param>
    /// <param name="firstRow">0 or more</param> <param name="rows">1 or more</param>
    /// <exception cref="OrtException">The library refuses.</exception>
    public void Bind(ModelColumn[] inputs, ModelColumn[] outputs, int firstRow, int rows)
    {
        Rows = 0;
        OrtApi api = _session.Environment.Api;
        foreach (ModelColumn column in inputs) Bind(column, firstRow, rows, api.BindInput);
        foreach (ModelColumn column in outputs) Bind(column, firstRow, rows, api.BindOutput);
        Rows = rows;
    }

    /// <exception cref="OrtException">The run failed or was terminated.</exception>
    public void Run(OrtRunControl control) =>
        _session.Environment.Check(_session.Environment.Api.RunWithBinding(_session.Handle.Value, control.Options, _binding.Value));

    public void Dispose() => _binding.Dispose();

    private void Bind(ModelColumn column, int firstRow, int rows, delegate* unmanaged<nint, byte*, nint, nint> bind)
    {
        OrtEnvironment environment = _session.Environment;
        ReadOnlySpan<long> shape = column.ShapeOf(rows);
        nint value;
        // SAFETY: the column is pinned, and holds the rows from firstRow on: ModelBatch made it for at least that many.
        fixed (long* dimensions = shape)
        {
            environment.Check(environment.Api.CreateTensorWithDataAsOrtValue(environment.Memory, (void*)column.Address(firstRow), (nuint)column.BytesOf(rows),
                dimensions, (nuint)shape.Length, (int)column.Info.Element, &value));
        }
        nint status = bind(_binding.Value, (byte*)column.Name, value);
        environment.Api.ReleaseValue(value); // the binding holds its own reference
        environment.Check(status);
    }
}
