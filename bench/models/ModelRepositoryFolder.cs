using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>A repository on disk for one run: versions of one model, with a self-test whose answers the model itself gave.</summary>
internal sealed class ModelRepositoryFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rubato-models-").FullName;

    public string Path => _root;

    /// <summary>Writes a version and puts it in its place.</summary>
    /// <inheritdoc cref="Prepare"/>
    public void Write(ModelRuntime runtime, string model, int version, byte[] onnx, string manifest)
    {
        Prepare(runtime, model, version, onnx, manifest);
        Place(model, version);
    }

    /// <summary>Puts a prepared version in its place: there at once, and whole.</summary>
    public void Place(string model, int version)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(_root, model));
        Directory.Move(Staging(model, version), System.IO.Path.Combine(_root, model, $"{version}"));
    }

    /// <summary>Writes a version aside; its inputs are rows of floats.</summary>
    /// <param name="runtime">answers the self-test</param> <param name="model">name</param> <param name="version">number</param>
    /// <param name="onnx">the file</param> <param name="manifest">keys of model.json but the self-test, each with a comma behind it</param>
    public void Prepare(ModelRuntime runtime, string model, int version, byte[] onnx, string manifest)
    {
        string staging = Staging(model, version), test = System.IO.Path.Combine(staging, "test");
        Directory.CreateDirectory(test);
        string path = System.IO.Path.Combine(staging, "model.onnx");
        File.WriteAllBytes(path, onnx);
        using (ModelSession session = ModelSession.Load(runtime, path))
        {
            var random = new Random(version);
            var inputs = new Dictionary<string, ModelTensor>();
            for (int i = 0; i < session.Inputs.Count; i++)
            {
                long[] shape = [.. session.Inputs[i].Shape.ToArray().Select(dimension => Math.Max(1, dimension))];
                float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (count, dimension) => count * dimension)).Select(_ => random.NextSingle() - 0.5f)];
                inputs[session.Inputs[i].Name] = ModelTensor.Of<float>(values, shape);
                File.WriteAllBytes(System.IO.Path.Combine(test, $"input_{i}.pb"), OnnxModels.Tensor(session.Inputs[i].Name, OnnxModels.Float, values, shape).ToArray());
            }
            var answer = (ModelTensor)session.Infer(inputs, [session.Outputs[0].Name])[0];
            File.WriteAllBytes(System.IO.Path.Combine(test, "output_0.pb"),
                OnnxModels.Tensor(session.Outputs[0].Name, OnnxModels.Float, answer.Values<float>().ToArray(), answer.Shape.ToArray()).ToArray());
        }
        File.WriteAllText(System.IO.Path.Combine(staging, "model.json"), $$"""{ {{manifest}} "selfTest": ["test"] }""");
    }

    private string Staging(string model, int version) => System.IO.Path.Combine(_root, $".{model}-{version}");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
