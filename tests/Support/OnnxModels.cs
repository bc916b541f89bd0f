using System.Runtime.InteropServices;

namespace Rubato.Tests.Support;

/// <summary>Makes small ONNX models. A shape is written as dimensions, open ones by name: "batch,4".</summary>
internal static class OnnxModels
{
    public const int Float = 1, Int64 = 7, String = 8, Bool = 9;

    public static byte[] Model(ProtoWriter graph, string? domain = null)
    {
        ProtoWriter model = new ProtoWriter().Number(1, 7).Text(2, "rubato tests").Message(7, graph).Message(8, new ProtoWriter().Number(2, 13));
        if (domain is not null) model.Message(8, new ProtoWriter().Text(1, domain).Number(2, 1));
        return model.ToArray();
    }

    /// <param name="parts">each added under its field: 1 node, 5 initializer, 11 input, 12 output</param>
    public static ProtoWriter Graph(params (int Field, ProtoWriter Part)[] parts)
    {
        var graph = new ProtoWriter().Text(2, "graph");
        foreach ((int field, ProtoWriter part) in parts) graph.Message(field, part);
        return graph;
    }

    public static ProtoWriter Node(string op, string[] inputs, string[] outputs, params ProtoWriter[] attributes)
    {
        var node = new ProtoWriter();
        foreach (string input in inputs) node.Text(1, input);
        foreach (string output in outputs) node.Text(2, output);
        node.Text(4, op);
        foreach (ProtoWriter attribute in attributes) node.Message(5, attribute);
        return node;
    }

    public static ProtoWriter GraphAttribute(string name, ProtoWriter graph) => new ProtoWriter().Text(1, name).Message(6, graph).Number(20, 5);

    public static ProtoWriter Value(string name, int type, string shape)
    {
        var dimensions = new ProtoWriter();
        foreach (string part in shape.Split(',', StringSplitOptions.RemoveEmptyEntries))
            dimensions.Message(1, long.TryParse(part, out long size) ? new ProtoWriter().Number(1, size) : new ProtoWriter().Text(2, part));
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, type).Message(2, dimensions)));
    }

    public static ProtoWriter Tensor<T>(string name, int type, T[] values, params long[] shape) where T : unmanaged
    {
        ProtoWriter tensor = Head(name, type, shape);
        return tensor.Bytes(9, MemoryMarshal.AsBytes<T>(values).ToArray());
    }

    public static ProtoWriter Texts(string name, string[] texts, params long[] shape)
    {
        ProtoWriter tensor = Head(name, String, shape);
        foreach (string text in texts) tensor.Text(6, text);
        return tensor;
    }

    /// <summary>y = x, of any type; the shape as for <see cref="Value"/>.</summary>
    public static byte[] Echo(int type, string shape) => Model(Graph((1, Node("Identity", ["x"], ["y"])), (11, Value("x", type, shape)), (12, Value("y", type, shape))));

    /// <summary>A tensor whose data lies in another file.</summary>
    public static ProtoWriter External(string name, string location, long offset, long length, params long[] shape) => Head(name, Float, shape)
        .Message(13, Entry("location", location)).Message(13, Entry("offset", $"{offset}")).Message(13, Entry("length", $"{length}")).Number(14, 1);

    /// <summary>y = x + w with the weights of a tensor; x is float [batch, 4].</summary>
    public static byte[] AddWeights(ProtoWriter weights) => Model(Graph((1, Node("Add", ["x", "w"], ["y"])), (5, weights),
        (11, Value("x", Float, "batch,4")), (12, Value("y", Float, "batch,4"))));

    /// <summary>y = op(x) on float [batch, 4].</summary>
    public static byte[] Unary(string op) => Model(Graph((1, Node(op, ["x"], ["y"])), (11, Value("x", Float, "batch,4")), (12, Value("y", Float, "batch,4"))));

    /// <summary>y = x, but −1 where x is NaN; x is float [batch, 4].</summary>
    public static byte[] FillMissing() => Model(Graph((1, Node("IsNaN", ["x"], ["missing"])), (1, Node("Where", ["missing", "fill", "x"], ["y"])),
        (5, Tensor("fill", Float, new[] { -1f }, 1)), (11, Value("x", Float, "batch,4")), (12, Value("y", Float, "batch,4"))));

    /// <summary>y = x as [batch, 1, 1, …, 4] of more dimensions; x is float [batch, 4].</summary>
    public static byte[] Deep(int dimensions) => Model(Graph((1, Node("Reshape", ["x", "shape"], ["y"])),
        (5, Tensor("shape", Int64, [-1L, .. Enumerable.Repeat(1L, dimensions - 2), 4L], dimensions)), (11, Value("x", Float, "batch,4")),
        (12, Value("y", Float, $"batch,{string.Concat(Enumerable.Repeat("1,", dimensions - 2))}4"))));

    /// <summary>A ranker: layers of Gemm and Relu with seeded weights, a sigmoid at the end; x is float [batch, widths[0]], y [batch, last width].</summary>
    public static byte[] Mlp(int seed, params int[] widths)
    {
        var random = new Random(seed);
        var graph = new ProtoWriter().Text(2, "ranker");
        for (int layer = 1; layer < widths.Length; layer++)
        {
            bool isLast = layer == widths.Length - 1;
            string input = layer == 1 ? "x" : $"h{layer - 1}", output = isLast ? "y" : $"h{layer}";
            float scale = MathF.Sqrt(2f / widths[layer - 1]);
            float[] weights = [.. Enumerable.Range(0, widths[layer - 1] * widths[layer]).Select(_ => scale * (2 * random.NextSingle() - 1))];
            graph.Message(1, Node("Gemm", [input, $"w{layer}", $"b{layer}"], [$"g{layer}"])).Message(1, Node(isLast ? "Sigmoid" : "Relu", [$"g{layer}"], [output]));
            graph.Message(5, Tensor($"w{layer}", Float, weights, widths[layer - 1], widths[layer])).Message(5, Tensor($"b{layer}", Float, new float[widths[layer]], widths[layer]));
        }
        return Model(graph.Message(11, Value("x", Float, $"batch,{widths[0]}")).Message(12, Value("y", Float, $"batch,{widths[^1]}")));
    }

    /// <summary>y = op(inputs side by side · weights): a linear ranker of any inputs; null for no op.</summary>
    public static byte[] Linear((string Name, int Width)[] inputs, float[] weights, string? op = null)
    {
        ProtoWriter graph = new ProtoWriter().Text(2, "linear")
            .Message(1, Node("Concat", [.. inputs.Select(input => input.Name)], ["all"], new ProtoWriter().Text(1, "axis").Number(3, 1).Number(20, 2)))
            .Message(1, Node("MatMul", ["all", "weights"], [op is null ? "y" : "sum"]));
        if (op is not null) graph.Message(1, Node(op, ["sum"], ["y"]));
        graph.Message(5, Tensor("weights", Float, weights, weights.Length, 1));
        foreach ((string name, int width) in inputs) graph.Message(11, Value(name, Float, $"batch,{width}"));
        return Model(graph.Message(12, Value("y", Float, "batch,1")));
    }

    /// <summary>y = x + the number of turns of a loop that takes as many as the input "turns" says.</summary>
    public static byte[] Loop()
    {
        ProtoWriter body = Graph((1, Node("Identity", ["go"], ["goes"])), (1, Node("Add", ["sum", "one"], ["next"])), (5, Tensor("one", Float, new[] { 1f })),
            (11, Value("turn", Int64, "")), (11, Value("go", Bool, "")), (11, Value("sum", Float, "batch,1")),
            (12, Value("goes", Bool, "")), (12, Value("next", Float, "batch,1")));
        return Model(Graph((1, Node("Loop", ["turns", "", "x"], ["y"], GraphAttribute("body", body))),
            (11, Value("x", Float, "batch,1")), (11, Value("turns", Int64, "1")), (12, Value("y", Float, "batch,1"))));
    }

    private static ProtoWriter Head(string name, int type, long[] shape)
    {
        var tensor = new ProtoWriter();
        foreach (long dimension in shape) tensor.Number(1, dimension);
        return tensor.Number(2, type).Text(8, name);
    }

    private static ProtoWriter Entry(string key, string value) => new ProtoWriter().Text(1, key).Text(2, value);
}
