using System.Runtime.InteropServices;
using Rubato.Kernels;

namespace Rubato;

/// <summary>Rows for a listener tower or a ranker, given by role; what belongs to tracks comes from the catalogue. Reused, it allocates nothing.</summary>
public abstract class RoleWork : ModelWork
{
    /// <summary>Most rows of one work.</summary>
    public const int RowsMax = 1 << 16;

    private readonly List<ModelRole> _roles = []; // of the model's inputs, in its order
    private RoleInputs _inputs;
    private Catalogue _catalogue = null!;
    private Calibration? _calibration;
    private ModelRole _outputRole;
    private int[] _trackRows = [];
    private float[] _values = [];
    private float[] _relevance = [];
    private int _output;

    /// <inheritdoc/>
    public sealed override int Rows => _inputs.Rows;

    /// <summary>Values of a row of the answer.</summary>
    public int Width { get; private set; }

    /// <summary>[rows, width], once it is done: vectors of a tower, scores of a ranker.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Rows * Width);

    /// <summary>[rows] of a ranker: calibrated scores, 0 to 1.</summary>
    public ReadOnlySpan<float> Relevance => _relevance.AsSpan(0, _outputRole == ModelRole.Score ? Rows : 0);

    /// <summary>Maps what is given to what the model wants.</summary>
    /// <param name="generation">the model</param> <param name="catalogue">for tracks</param>
    /// <param name="inputs">read where they lie until the work is done</param>
    /// <param name="outputRole">embedding or score</param>
    /// <param name="unknownTrack">index of the first track that the catalogue does not know; −1 for none</param>
    /// <returns>null, or what does not fit, in one line</returns>
    protected string? Bind(ModelGeneration generation, Catalogue catalogue, in RoleInputs inputs, ModelRole outputRole, out int unknownTrack)
    {
        unknownTrack = -1;
        (_inputs, _catalogue, _outputRole, _calibration) = (inputs, catalogue, outputRole, generation.Manifest.Calibration);
        if (inputs.Rows is < 1 or > RowsMax) return $"rows: {inputs.Rows} given, 1 to {RowsMax} expected";
        if (inputs.Features.Count % inputs.Rows != 0) return $"features: {inputs.Features.Count} values are not {inputs.Rows} rows";
        if (inputs.Tracks.Count != 0 && inputs.Tracks.Count != inputs.Rows) return $"tracks: {inputs.Tracks.Count} given, 0 or {inputs.Rows} expected";
        if (FiniteCheck.FirstNonFinite(inputs.Listener.Span) is var listener and >= 0) return $"listener vector: value {listener} is NaN or infinite";
        if (MapInputs(generation, out bool takesNaN) is { } problem) return problem;
        int feature = takesNaN ? FiniteCheck.FirstInfinite(inputs.Features.Span) : FiniteCheck.FirstNonFinite(inputs.Features.Span);
        if (feature >= 0) return $"features: value {feature} is {(takesNaN ? "" : "NaN or ")}infinite";
        if (MapOutput(generation) is { } other) return other;
        if (inputs.Tracks.Count == 0) return null;
        if (_trackRows.Length < inputs.Rows) _trackRows = new int[inputs.Rows];
        Span<int> rows = _trackRows.AsSpan(0, inputs.Rows);
        catalogue.RowsOf(inputs.Tracks.Span, rows);
        unknownTrack = rows.IndexOf(-1);
        return unknownTrack < 0 ? null : $"tracks: track {unknownTrack} is not in the catalogue";
    }

    /// <inheritdoc/>
    protected internal sealed override void Fill(ModelBatch batch, int firstRow, int rows, int batchRow)
    {
        for (int input = 0; input < _roles.Count; input++)
        {
            Span<float> column = MemoryMarshal.Cast<byte, float>(batch.InputBytes(input, batchRow, rows));
            switch (_roles[input])
            {
                case ModelRole.ListenerVector when _outputRole == ModelRole.Score:
                    ReadOnlySpan<float> listener = _inputs.Listener.Span;
                    for (int at = 0; at < column.Length; at += listener.Length) listener.CopyTo(column[at..]);
                    break;
                case ModelRole.TrackVector:
                    for (int i = 0; i < rows; i++) _catalogue.Vector(_trackRows[firstRow + i]).CopyTo(column[(i * _catalogue.Dimension)..]);
                    break;
                case ModelRole.Attributes:
                    for (int i = 0; i < rows; i++)
                        RankerColumns.FillAttributes(_catalogue.Attributes, _trackRows[firstRow + i], column.Slice(i * RankerColumns.AttributeCount, RankerColumns.AttributeCount));
                    break;
                default:
                    int width = _inputs.Features.Count / Rows;
                    _inputs.Features.Span.Slice(firstRow * width, rows * width).CopyTo(column);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    protected internal sealed override void Take(ModelBatch batch, int firstRow, int rows, int batchRow)
    {
        Span<float> values = _values.AsSpan(firstRow * Width, rows * Width);
        batch.Output<float>(_output).Slice(batchRow * Width, rows * Width).CopyTo(values);
        if (_outputRole != ModelRole.Score) return;
        Span<double> probabilities = stackalloc double[64];
        for (int row = 0; row < rows; row += probabilities.Length)
        {
            Span<double> part = probabilities[..Math.Min(probabilities.Length, rows - row)];
            Calibration.Apply(_calibration, values.Slice(row, part.Length), part);
            for (int i = 0; i < part.Length; i++) _relevance[firstRow + row + i] = (float)part[i];
        }
    }

    // Features take NaN where every input that they go to does.
    private string? MapInputs(ModelGeneration generation, out bool takesNaN)
    {
        _roles.Clear();
        takesNaN = true;
        bool wantsListener = false, wantsTracks = false, wantsFeatures = false;
        if (generation.Shape is null || generation.Manifest.Inputs.Count == 0) return "model: its model.json gives no input or no output a role (INFER runs it)";
        IReadOnlyList<ModelColumn> columns = generation.Shape.InputColumns;
        for (int input = 0; input < columns.Count; input++)
        {
            ModelColumn column = columns[input];
            ModelBinding binding = generation.Manifest.Input(column.Info.Name)!;
            ModelRole role = binding.Role;
            bool isFeatures = role == ModelRole.CandidateFeatures || (role == ModelRole.ListenerVector && _outputRole == ModelRole.Embedding);
            int given = isFeatures ? _inputs.Features.Count / Rows : role switch
            {
                ModelRole.ListenerVector => _inputs.Listener.Count,
                ModelRole.TrackVector => _inputs.Tracks.Count > 0 ? _catalogue.Dimension : 0,
                _ => _inputs.Tracks.Count > 0 ? RankerColumns.AttributeCount : 0,
            };
            if (column.Info.Element != ModelElementType.Float32 || column.RowElements != given)
                return $"input {column.Info} ({role}): {given} values a row given, {column.RowElements} {column.Info.Element.Text()} expected";
            wantsFeatures |= isFeatures;
            takesNaN &= binding.TakesNaN || !isFeatures;
            wantsListener |= role == ModelRole.ListenerVector && !isFeatures;
            wantsTracks |= role is ModelRole.TrackVector or ModelRole.Attributes;
            _roles.Add(role);
        }
        if (_inputs.Listener.Count > 0 && !wantsListener) return "listener vector: the model takes none";
        if (_inputs.Tracks.Count > 0 && !wantsTracks) return "tracks: the model takes none";
        return _inputs.Features.Count > 0 && !wantsFeatures ? "features: the model takes none" : null;
    }

    private string? MapOutput(ModelGeneration generation)
    {
        _output = generation.Manifest.OutputIndex(_outputRole);
        if (_output < 0) return $"model: its model.json gives no output the role {_outputRole}";
        ModelColumn column = generation.Shape!.OutputColumns[_output];
        if (column.Info.Element != ModelElementType.Float32 || (_outputRole == ModelRole.Score && column.RowElements != 1))
            return $"model: output {column.Info} has rows of {column.RowElements} {column.Info.Element.Text()} (expected {(_outputRole == ModelRole.Score ? "1 " : "")}float32)";
        Width = column.RowElements;
        long length = (long)Rows * Width;
        if (length > Array.MaxLength / sizeof(float)) return $"rows: {Rows} rows of {Width} values are too many";
        if (_values.Length < length) _values = new float[length];
        if (_outputRole == ModelRole.Score && _relevance.Length < Rows) _relevance = new float[Rows];
        return null;
    }
}
