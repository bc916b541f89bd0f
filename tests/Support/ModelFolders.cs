using System.Text;

namespace Rubato.Tests.Support;

/// <summary>A repository of small models in a folder of its own.</summary>
internal sealed class ModelFolders : IDisposable
{
    /// <summary>x → y on rows of four.</summary>
    public const string Rows = """ "inputs": [{ "name": "x", "role": "listenerVector" }], "outputs": [{ "name": "y", "role": "embedding" }], """;

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string File(string name) => _folder.File(name);

    /// <summary>y = −x, or something else with the answer that it expects to 1, 2, 3, 4.</summary>
    public void Unary(string model, int version, string more = "", string op = "Neg", float[]? expected = null) =>
        Write(model, version, OnnxModels.Unary(op), $"{Rows}{more}", [("x", [1f, 2, 3, 4], [1, 4])], expected ?? [-1f, -2, -3, -4], [1, 4]);

    /// <summary>The model that takes as long as it is told.</summary>
    public void Loop(string model, int version, string more = "")
    {
        Directory.CreateDirectory(File($"{model}/{version}/test"));
        _folder.Write($"{model}/{version}/test/input_1.pb", OnnxModels.Tensor("turns", OnnxModels.Int64, [1L], 1).ToArray());
        Write(model, version, OnnxModels.Loop(), more, [("x", [1f], [1, 1])], [2f], [1, 1]);
    }

    /// <summary>y = x on tensors with one dimension or more, the first one open.</summary>
    public void Echo(string model, int version, int type, long[] shape, ProtoWriter input, ProtoWriter output)
    {
        Directory.CreateDirectory(File($"{model}/{version}/test"));
        _folder.Write($"{model}/{version}/test/input_0.pb", input.ToArray());
        _folder.Write($"{model}/{version}/test/output_0.pb", output.ToArray());
        _folder.Write($"{model}/{version}/model.onnx", OnnxModels.Echo(type, string.Join(',', shape.Skip(1).Select(size => $"{size}").Prepend("batch"))));
        Text($"{model}/{version}/model.json", """{ "labels": ["stable"], "selfTest": ["test"] }""");
    }

    public void Write(string model, int version, byte[] onnx, string manifest, (string Name, float[] Values, long[] Shape)[] inputs, float[] output, long[] outputShape)
    {
        Directory.CreateDirectory(File($"{model}/{version}/test"));
        for (int i = 0; i < inputs.Length; i++)
            _folder.Write($"{model}/{version}/test/input_{i}.pb", OnnxModels.Tensor(inputs[i].Name, OnnxModels.Float, inputs[i].Values, inputs[i].Shape).ToArray());
        _folder.Write($"{model}/{version}/test/output_0.pb", OnnxModels.Tensor("y", OnnxModels.Float, output, outputShape).ToArray());
        _folder.Write($"{model}/{version}/model.onnx", onnx);
        Text($"{model}/{version}/model.json", $$"""{ {{manifest}} "selfTest": ["test"] }""");
    }

    public void Labels(string model, string json) => Text($"{model}/labels.json", json);

    public void Text(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>In service; looked at by hand only, unless the options say otherwise.</summary>
    public ModelHost Open(ModelHostOptions? options = null) => ModelHost.Open(ModelRuntimes.Shared, Path, options ?? new ModelHostOptions { PollInterval = TimeSpan.Zero });

    public void Dispose() => _folder.Dispose();
}
