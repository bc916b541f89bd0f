using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Versions are loaded, warmed and tested, or refused with the reason; one bad version harms no other.</summary>
public sealed class ModelRepositoryTests : IDisposable
{
    private const string Manifest = """{ "inputs": [{ "name": "x", "role": "trackVector", "rowShape": [4] }], "outputs": [{ "name": "y", "role": "embedding" }], "selfTest": ["test"] }""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void AVersionIsLoadedWarmedAndTested()
    {
        Write(1);
        using LoadedModel model = Open().Load("tower", 1);
        Assert.Equal(("tower", 1, 0.0), (model.Name, model.Version, model.SelfTestError));
        Assert.Equal(new ModelBinding("x", ModelRole.TrackVector, null), model.Manifest.Inputs[0] with { RowShape = null });
        using ModelBatch batch = model.CreateBatch();
        Assert.Equal(64, batch.RowsMax);
        batch.Input<float>("x").Fill(3);
        model.Session.Run(batch, 2);
        Assert.Equal(-3, batch.Output<float>("y")[7]);
    }

    [SkippableFact]
    public void ScanTellsVersionsLabelsAndProblems()
    {
        foreach (int version in new[] { 10, 9, 2 }) Write(version);
        foreach (string folder in new[] { "v3", "0", "007", "-1", "99999999999" }) Directory.CreateDirectory(_folder.File($"tower/{folder}"));
        Directory.CreateDirectory(_folder.File("tower/.git"));
        _folder.Write("tower/labels.json", """{ "stable": 9, "canary": 10, "next": 11 }"""u8);
        Directory.CreateDirectory(_folder.File("other"));
        _folder.Write("other/labels.json", """{ "stable": "one" }"""u8);
        IReadOnlyList<ModelFolder> models = Open().Scan();
        Assert.Equal(["other", "tower"], models.Select(model => model.Name));
        Assert.Equal([2, 9, 10], models[1].Versions);
        Assert.Equal([("canary", 10), ("next", 11), ("stable", 9)], models[1].Labels!.Versions.Select(label => (label.Key, label.Value)).Order());
        Assert.Null(models[0].Labels);
        Assert.Equal(6, models[1].Problems.Count);
        Assert.Contains(models[1].Problems, line => line.EndsWith("labels.json: next: version 11 does not exist", StringComparison.Ordinal));
        Assert.Contains(models[1].Problems, line => line.Contains("/v3: not the number of a version"));
        Assert.Contains("stable: expected an integer", Assert.Single(models[0].Problems));
    }

    [SkippableTheory]
    [InlineData("{}", "selfTest: missing")]
    [InlineData("""{ "selfTest": [] }""", "selfTest: empty")]
    [InlineData("""{ "selfTest": ["../test"] }""", "selfTest[0]: expected the name of a file or folder beside model.json")]
    [InlineData("""{ "selfTest": ["nothing.npz"] }""", "nothing.npz: no such file")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "z", "role": "trackVector" }] }""", "the model has no input 'z' (expected x: float32[batch, 4])")]
    [InlineData("""{ "selfTest": ["test"], "outputs": [{ "name": "z", "role": "score" }] }""", "the model has no output 'z'")]
    [InlineData("""{ "selfTest": ["test"], "outputs": [{ "name": "y", "role": "score" }] }""", "x: float32[batch, 4] is not mapped")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "trackVector", "rowShape": [5] }] }""", "'x': rows of [5] (expected [4]")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "score" }] }""", "inputs[0]: role: 'score' (expected listenerVector")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "candidateFeatures", "missing": "null" }] }""", "inputs[0]: missing: 'null' (expected nan)")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "candidateFeatures", "missing": true }] }""", "inputs[0]: missing: expected a text")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "trackVector", "missing": "nan" }] }""", "inputs[0]: missing: without a meaning for role trackVector (expected candidateFeatures, or")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "attributes", "missing": "nan" }] }""", "inputs[0]: missing: without a meaning for role attributes")]
    [InlineData("""{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "listenerVector", "missing": "nan" }], "outputs": [{ "name": "y", "role": "score" }] }""", "inputs[0]: missing: without a meaning for role listenerVector")]
    [InlineData("""{ "selfTest": ["test"], "outputs": [{ "name": "y", "role": "score", "missing": "nan" }] }""", "outputs[0]: missing: unknown field")]
    [InlineData("""{ "selfTest": ["test"], "rowsMax": 0 }""", "rowsMax: expected an integer 1 to 65536")]
    [InlineData("""{ "selfTest": ["test"], "provider": "tpu" }""", "provider: 'tpu' (expected cpu or cuda)")]
    [InlineData("""{ "selfTest": ["test"], "cuda": { "device": 1 } }""", "cuda: without a meaning (expected provider cuda beside it)")]
    [InlineData("""{ "selfTest": ["test"], "provider": "cuda", "cuda": { "devices": 1 } }""", "cuda: devices: unknown field")]
    [InlineData("""{ "selfTest": ["test"], "provider": "cuda", "cuda": { "device": 256 } }""", "cuda: device: expected an integer 0 to 255")]
    [InlineData("""{ "selfTest": ["test"], "provider": "cuda", "cuda": { "memoryBytesMax": 0 } }""", "cuda: memoryBytesMax: expected an integer 1 to")]
    [InlineData("""{ "selfTest": ["test"], "provider": "cuda", "cuda": { "arena": "none" } }""", "cuda: arena: 'none' (expected doubling or exact)")]
    [InlineData("""{ "selfTest": ["test"], "bytesMax": 10 }""", "(expected at most 10)")]
    [InlineData("""{ "selfTest": ["test"], "colour": 1 }""", "colour: unknown field")]
    [InlineData("{", "not JSON")]
    [InlineData("""{ "selfTest": ["test"], "instances": 0 }""", "instances: expected an integer 1 to 64")]
    [InlineData("""{ "selfTest": ["test"], "preferredRows": [65] }""", "preferredRows[0]: expected an integer 1 to 64")]
    [InlineData("""{ "selfTest": ["test"], "queueDelayMicroseconds": -1 }""", "queueDelayMicroseconds: expected an integer 0 to 1000000")]
    [InlineData("""{ "selfTest": ["test"], "labels": ["pinned"] }""", "labels[0]: expected the name of a label")]
    [InlineData("""{ "selfTest": ["test"], "shadow": { "percent": 0 } }""", "shadow: percent: expected a number 0.001 to 100")]
    [InlineData("""{ "selfTest": ["test"], "shadow": { "percentage": 1 } }""", "shadow: percentage: unknown field")]
    [InlineData("""{ "selfTest": ["test"], "calibration": { "method": "magic" } }""", "calibration: method: 'magic' (expected platt or isotonic)")]
    [InlineData("""{ "selfTest": ["test"], "calibration": { "method": "platt", "slope": 1 } }""", "calibration: offset: missing")]
    [InlineData("""{ "selfTest": ["test"], "calibration": { "method": "isotonic", "scores": [0, 0], "probabilities": [0, 1] } }""", "calibration: scores[1]: expected ascending values")]
    [InlineData("""{ "selfTest": ["test"], "calibration": { "method": "isotonic", "scores": [0, 1], "probabilities": [0] } }""", "calibration: probabilities: 1 values (expected 2")]
    [InlineData("""{ "selfTest": ["test"], "calibration": { "method": "isotonic", "scores": [0], "probabilities": [2] } }""", "calibration: probabilities[0]: expected a number 0 to 1")]
    public void AWrongManifestIsRefused(string manifest, string expected)
    {
        Write(1, manifest);
        Assert.Contains(expected, Refused(1));
    }

    [SkippableFact]
    public void MissingValuesOfATypeWithoutNaNAreRefused()
    {
        Directory.CreateDirectory(_folder.File("tower/1"));
        _folder.Write("tower/1/model.onnx", OnnxModels.Echo(OnnxModels.Int64, "batch,4"));
        _folder.Write("tower/1/model.json", """{ "selfTest": ["test"], "inputs": [{ "name": "x", "role": "candidateFeatures", "missing": "nan" }] }"""u8);
        Assert.EndsWith("model.json: 'x': missing: the model has x: int64[batch, 4], which holds no NaN (expected float16, bfloat16, float32 or float64)", Refused(1));
    }

    [SkippableFact]
    public void AModelThatFailsItsSelfTestIsRefusedAndOthersLoad()
    {
        Write(1);
        Write(2, op: "Abs"); // the expected outputs are those of Neg
        Write(3, op: "Gather"); // not to be loaded at all
        Assert.Contains("output 'y': element 0 is 1 (expected -1)", Refused(2));
        Assert.Contains("model.onnx", Refused(3));
        Open().Load("tower", 1).Dispose();
    }

    [SkippableFact]
    public void ASelfTestThatTakesTooLongIsRefused()
    {
        Directory.CreateDirectory(_folder.File("tower/1/test"));
        _folder.Write("tower/1/model.onnx", OnnxModels.Loop());
        _folder.Write("tower/1/model.json", """{ "selfTest": ["test"], "runMillisecondsMax": 30 }"""u8);
        _folder.Write("tower/1/test/input_0.pb", OnnxModels.Tensor("x", OnnxModels.Float, [1f], 1, 1).ToArray());
        _folder.Write("tower/1/test/input_1.pb", OnnxModels.Tensor("turns", OnnxModels.Int64, [long.MaxValue], 1).ToArray());
        _folder.Write("tower/1/test/output_0.pb", OnnxModels.Tensor("y", OnnxModels.Float, [1f], 1, 1).ToArray());
        Assert.Contains("the self-test failed: the deadline of 30 ms passed", Refused(1));
    }

    [SkippableFact]
    public void NothingOutsideTheRepositoryIsRead()
    {
        using var elsewhere = new TemporaryFolder();
        Write(1);
        foreach (string file in new[] { "model.onnx", "model.json", "test" })
        {
            string path = _folder.File($"tower/1/{file}"), moved = elsewhere.File(file);
            Directory.Move(path, moved); // moves files too
            File.CreateSymbolicLink(path, moved);
            Assert.Contains("a symbolic link leads out of", Refused(1));
            File.Delete(path);
            Directory.Move(moved, path);
        }
        Directory.Move(_folder.File("tower/1"), elsewhere.File("1"));
        Directory.CreateSymbolicLink(_folder.File("tower/1"), elsewhere.File("1"));
        Assert.Contains("a symbolic link leads out of", Refused(1));
        Directory.CreateSymbolicLink(_folder.File("away"), elsewhere.Path);
        Assert.Contains("a symbolic link leads out of", Assert.Single(Open().Scan().Single(model => model.Name == "away").Problems));
    }

    [SkippableFact]
    public void ALibraryInAVersionIsRefused()
    {
        Write(1);
        _folder.Write("tower/1/test/ops.so.1", [0]);
        Assert.Contains("custom operators are never loaded", Refused(1));
    }

    [SkippableFact]
    public void WhatIsNotThereIsNamed()
    {
        Write(1);
        Assert.Contains("tower/2: no such version", Refused(2));
        Assert.Contains("'..' is not the name of a model", Assert.Throws<ModelException>(() => Open().Load("..", 1)).Message);
        Assert.Contains("no such folder", Assert.Throws<ModelException>(() => ModelRepository.Open(ModelRuntimes.Shared, _folder.File("nothing"))).Message);
        File.Delete(_folder.File("tower/1/model.json"));
        Assert.Contains("model.json: no such file", Refused(1));
    }

    private ModelRepository Open() => ModelRepository.Open(ModelRuntimes.Shared, _folder.Path);

    private string Refused(int version) => Assert.ThrowsAny<DataFileException>(() => Open().Load("tower", version).Dispose()).Message;

    private void Write(int version, string manifest = Manifest, string op = "Neg")
    {
        Directory.CreateDirectory(_folder.File($"tower/{version}/test"));
        _folder.Write($"tower/{version}/model.onnx", OnnxModels.Unary(op));
        _folder.Write($"tower/{version}/model.json", Encoding.UTF8.GetBytes(manifest));
        _folder.Write($"tower/{version}/test/input_0.pb", OnnxModels.Tensor("x", OnnxModels.Float, [1f, 2, 3, 4], 1, 4).ToArray());
        _folder.Write($"tower/{version}/test/output_0.pb", OnnxModels.Tensor("y", OnnxModels.Float, [-1f, -2, -3, -4], 1, 4).ToArray());
    }
}
