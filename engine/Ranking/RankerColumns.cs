using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Where a ranker model wants what the pipeline knows of a candidate.</summary>
/// <remarks>
/// listenerVector: the request's vector; trackVector: the candidate's; both of the catalogue's dimension. attributes: 1 if explicit, 1 if the release day
/// is known, the release day (days since 1970-01-01). candidateFeatures: the similarity of the two vectors.
/// </remarks>
internal sealed class RankerColumns
{
    /// <summary>Numbers of a track's attributes.</summary>
    public const int AttributeCount = 3;

    private readonly Catalogue _catalogue;
    private readonly List<(int Index, ModelRole Role)> _inputs = [];

    private RankerColumns(Catalogue catalogue) => _catalogue = catalogue;

    /// <summary>The place of the score among the outputs of a batch.</summary>
    public int Score { get; private set; }

    /// <summary>Maps a model's columns.</summary>
    /// <param name="generation">the model</param> <param name="catalogue">whose tracks it ranks</param> <param name="problem">why it is no ranker for this catalogue</param>
    /// <returns>null where it is none</returns>
    public static RankerColumns? TryMap(ModelGeneration generation, Catalogue catalogue, out string? problem)
    {
        var columns = new RankerColumns(catalogue);
        if (generation.Shape is not { } batch || generation.Manifest.Inputs.Count == 0) return Fails(out problem, "no input or no output is mapped to a role in its model.json");
        foreach (ModelColumn column in batch.InputColumns)
        {
            ModelRole role = generation.Manifest.Input(column.Info.Name)!.Role;
            int width = role switch { ModelRole.Attributes => AttributeCount, ModelRole.CandidateFeatures => 1, _ => catalogue.Dimension };
            if (column.RowElements != width || column.Info.Element != ModelElementType.Float32)
                return Fails(out problem, $"input {column.Info}: rows of {column.RowElements} {column.Info.Element.Text()} (expected {width} float32 for {role})");
            columns._inputs.Add((columns._inputs.Count, role));
        }
        columns.Score = generation.Manifest.OutputIndex(ModelRole.Score);
        if (columns.Score < 0) return Fails(out problem, "no output is mapped to the role score in its model.json");
        ModelColumn score = batch.OutputColumns[columns.Score];
        if (score.RowElements != 1 || score.Info.Element != ModelElementType.Float32)
            return Fails(out problem, $"output {score.Info}: rows of {score.RowElements} {score.Info.Element.Text()} (expected 1 float32)");
        problem = null;
        return columns;
    }

    /// <summary>Writes consecutive candidates of one request into a batch.</summary>
    /// <param name="batch">of the model</param> <param name="batchRow">where they go</param> <param name="candidates">of all requests</param>
    /// <param name="request">whose they are</param> <param name="first">place of the first one</param> <param name="count">1 or more</param>
    public void Fill(ModelBatch batch, int batchRow, CandidateBatch candidates, int request, int first, int count)
    {
        foreach ((int index, ModelRole role) in _inputs)
        {
            Span<float> column = MemoryMarshal.Cast<byte, float>(batch.InputBytes(index, batchRow, count));
            ReadOnlySpan<int> rows = candidates.Rows.Slice(first, count);
            switch (role)
            {
                case ModelRole.ListenerVector:
                    ReadOnlySpan<float> listener = candidates.Requests.Rows[request].Listener.Span;
                    for (int at = 0; at < column.Length; at += listener.Length) listener.CopyTo(column[at..]); // once, where all rows share it
                    break;
                case ModelRole.TrackVector:
                    for (int i = 0; i < count; i++) _catalogue.Vector(rows[i]).CopyTo(column[(i * _catalogue.Dimension)..]);
                    break;
                case ModelRole.Attributes:
                    for (int i = 0; i < count; i++) FillAttributes(_catalogue.Attributes, rows[i], column.Slice(i * AttributeCount, AttributeCount));
                    break;
                default:
                    candidates.Similarities.Slice(first, count).CopyTo(column);
                    break;
            }
        }
    }

    /// <summary>A track's attributes as numbers.</summary>
    public static void FillAttributes(TrackAttributes attributes, int row, Span<float> numbers)
    {
        int day = attributes.ReleaseDays[row];
        bool known = day != TrackColumns.ReleaseDayUnknown;
        numbers[0] = attributes.IsExplicit(row) ? 1 : 0;
        numbers[1] = known ? 1 : 0;
        numbers[2] = known ? day : 0;
    }

    private static RankerColumns? Fails(out string? problem, string reason)
    {
        problem = reason;
        return null;
    }
}
