using System.Globalization;
using System.Text;

namespace Rubato;

/// <summary>Looks through a whole ONNX file before the runtime sees it: that it is one, that it is all there, and which other files it names.</summary>
/// <remarks>ONNX Runtime would open the files that a model names by itself, wherever they lie; so they are found here and handed to it from memory.</remarks>
internal sealed class OnnxScan
{
    private const int DepthMax = 64; // graphs within attributes within graphs

    private readonly string _path;
    private readonly List<ExternalTensor> _external = [];

    private OnnxScan(string path) => _path = path;

    /// <summary>The initializers of the graph whose data lies elsewhere.</summary>
    public IReadOnlyList<ExternalTensor> External => _external;

    /// <param name="model">the file's bytes</param> <param name="path">its name, for messages</param>
    /// <exception cref="ModelException">Not an ONNX model, or truncated, or external data where none may be.</exception>
    public static OnnxScan Read(ReadOnlySpan<byte> model, string path)
    {
        var scan = new OnnxScan(path);
        bool irVersion = false, opset = false, graph = false;
        var reader = new ProtobufReader(model, 0, path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.Wire == 0: irVersion = true; break;
                case 8 when reader.Wire == 2: opset = true; break;
                case 7:
                    scan.Graph(reader.Message(), depth: 0, isMain: true);
                    graph = true;
                    break;
                case 25: scan.Nodes(reader.Message(), nodeField: 7, depth: 0); break; // functions
            }
        }
        if (graph && irVersion && opset) return scan;
        string lacking = !graph ? "a graph" : !irVersion ? "an IR version" : "an operator set";
        throw new ModelException(path, $"truncated, or not ONNX: it lacks {lacking}");
    }

    private void Graph(ProtobufReader graph, int depth, bool isMain)
    {
        if (depth > DepthMax) throw new ModelException(_path, $"graphs nest deeper than {DepthMax}");
        while (graph.Next())
        {
            switch (graph.Field)
            {
                case 1: Node(graph.Message(), depth); break;
                case 5: Tensor(graph.Message(), allowed: isMain); break;
                case 15: Sparse(graph.Message()); break;
            }
        }
    }

    private void Nodes(ProtobufReader function, int nodeField, int depth)
    {
        while (function.Next())
            if (function.Field == nodeField) Node(function.Message(), depth);
    }

    private void Node(ProtobufReader node, int depth)
    {
        while (node.Next())
            if (node.Field == 5) Attribute(node.Message(), depth);
    }

    private void Attribute(ProtobufReader attribute, int depth)
    {
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case 5 or 10 when attribute.Wire == 2: Tensor(attribute.Message(), allowed: false); break;
                case 6 or 11 when attribute.Wire == 2: Graph(attribute.Message(), depth + 1, isMain: false); break;
                case 22 or 23 when attribute.Wire == 2: Sparse(attribute.Message()); break;
            }
        }
    }

    private void Sparse(ProtobufReader sparse)
    {
        while (sparse.Next())
            if (sparse.Field is 1 or 2) Tensor(sparse.Message(), allowed: false);
    }

    private void Tensor(ProtobufReader tensor, bool allowed)
    {
        string name = "";
        string? location = null;
        bool external = false;
        long offset = 0, bytes = -1;
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case 8 when tensor.Wire == 2: name = Encoding.UTF8.GetString(tensor.Bytes); break;
                case 13:
                    (string key, string value) = Entry(tensor.Message());
                    if (key == "location") location = value;
                    else if (key == "offset") offset = Whole(name, key, value);
                    else if (key == "length") bytes = Whole(name, key, value);
                    external = true;
                    break;
                case 14 when tensor.Wire == 0: external |= tensor.Number == 1; break;
            }
        }
        if (!external) return;
        if (!allowed) throw new ModelException(_path, $"tensor '{name}': external data outside the graph's initializers (expected it there only)");
        if (location is null) throw new ModelException(_path, $"tensor '{name}': external data without a location");
        _external.Add(new ExternalTensor(name, location, offset, bytes));
    }

    private static (string Key, string Value) Entry(ProtobufReader entry)
    {
        string key = "", value = "";
        while (entry.Next())
        {
            if (entry is { Field: 1, Wire: 2 }) key = Encoding.UTF8.GetString(entry.Bytes);
            else if (entry is { Field: 2, Wire: 2 }) value = Encoding.UTF8.GetString(entry.Bytes);
        }
        return (key, value);
    }

    private long Whole(string name, string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new ModelException(_path, $"tensor '{name}': external data with {key} '{value}' (expected an integer that is not negative)");
}
