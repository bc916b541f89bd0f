namespace Rubato;

/// <summary>How a model's tensors make rows: which dimension is the batch, and what the other open ones are.</summary>
internal sealed class ModelBatchShape
{
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, long> _dimensions;
    private readonly bool _whole;

    /// <param name="session">the model</param>
    /// <param name="outputs">outputs wanted; null for all</param>
    /// <param name="dimensions">values of open dimensions other than the first, by the model's name for them</param>
    /// <exception cref="ModelException">An input or output is no tensor of numbers, or a dimension remains open.</exception>
    public ModelBatchShape(ModelSession session, IReadOnlyList<string>? outputs, IReadOnlyDictionary<string, long> dimensions)
    {
        (_path, _dimensions) = (session.Path, dimensions);
        Inputs = [.. session.Inputs.Select(Usable)];
        Outputs = [.. outputs is null ? session.Outputs.Select(Usable) : outputs.Select(name => Usable(session.Output(name)))];
        if (Inputs.Count > 0 && Inputs.Any(info => info.Shape is [< 0, ..])) return; // RunRows = 0: as many as there are
        long rows = Inputs.Count > 0 && Inputs[0].Shape.Length > 1 ? Inputs[0].Shape[0] : 1;
        _whole = Inputs.Concat(Outputs).Any(info => info.Shape.Length < 2 || info.Shape[0] != rows);
        RunRows = _whole ? 1 : checked((int)rows);
        if (RunRows == 0) throw new ModelException(_path, "its first dimension is 0 (expected 1 or more)");
    }

    /// <summary>Rows of one run; 0 where the first dimension is open.</summary>
    public int RunRows { get; }

    public IReadOnlyList<ModelValueInfo> Inputs { get; }

    public IReadOnlyList<ModelValueInfo> Outputs { get; }

    /// <summary>Memory for a number of rows.</summary>
    public ModelColumn Column(ModelValueInfo info, nint name, int rows)
    {
        long[] row = RowShape(info);
        ModelColumnKind kind = Kind(info);
        return new ModelColumn(info, name, kind == ModelColumnKind.Stacked ? [1, .. row] : [.. row], row, kind, rows);
    }

    /// <summary>The dimensions of one row.</summary>
    /// <exception cref="ModelException">A dimension remains open.</exception>
    public long[] RowShape(ModelValueInfo info)
    {
        int first = Kind(info) == ModelColumnKind.Stacked ? 1 : 0;
        var shape = new long[info.Shape.Length - first];
        for (int i = 0; i < shape.Length; i++) shape[i] = Dimension(info, first + i);
        return shape;
    }

    private ModelColumnKind Kind(ModelValueInfo info) => _whole ? ModelColumnKind.Whole
        : RunRows == 0 && info.Shape is not [< 0, ..] ? ModelColumnKind.Shared : ModelColumnKind.Stacked;

    private long Dimension(ModelValueInfo info, int dimension)
    {
        if (info.Shape[dimension] >= 0) return info.Shape[dimension];
        string symbol = info.Symbol(dimension);
        if (_dimensions.TryGetValue(symbol, out long value)) return value;
        throw new ModelException(_path, $"{info}: dimension {dimension} is open (expected a value for '{symbol}', or a model that fixes it)");
    }

    private ModelValueInfo Usable(ModelValueInfo info) => info.IsTensor && info.Element.Bytes() > 0 ? info
        : throw new ModelException(_path, $"{info}: batches hold tensors of numbers only (leave the output out, or run it with Infer)");
}
