using System.IO.Compression;
using System.Text.Json;
using Rubato.Tests.Support;

namespace Rubato.Tests.Commands;

/// <summary>rubato model check says what a model takes and answers, and whether its answers are the expected ones.</summary>
public sealed class ModelCommandTests
{
    [SkippableFact]
    public async Task CheckTellsInputsOutputsAndErrors()
    {
        _ = ModelRuntimes.Shared;
        string model = TestData.Path("onnx-models", "ort-mnist-cnn", "model.onnx");
        string[] sets = [.. Enumerable.Range(0, 3).SelectMany(i => new[] { "--expect", TestData.Path("onnx-models", "ort-mnist-cnn", $"test_data_set_{i}") })];
        string text = await RubatoCommand.Done(["model", "check", model, "--atol", "1e-2", .. sets]);
        Assert.Contains("input     Input3: float32[1, 1, 28, 28]", text);
        Assert.Contains("output    Plus214_Output_0: float32[1, 10]", text);
        JsonElement json = JsonDocument.Parse(await RubatoCommand.Done(["model", "check", model, "--atol", "1e-2", "--json", .. sets])).RootElement;
        Assert.Equal("cpu", json.GetProperty("provider").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("fallback").ValueKind);
        Assert.Equal("Input3", json.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal(28, json.GetProperty("inputs")[0].GetProperty("shape")[3].GetInt32());
        Assert.Equal(3, json.GetProperty("checks").GetArrayLength());
    }

    [SkippableFact]
    public async Task DifferencesAndBadInputAreOneLine()
    {
        _ = ModelRuntimes.Shared;
        using var folder = new TemporaryFolder();
        string model = TestData.Path("onnx-models", "ort-mnist-cnn", "model.onnx"), data = TestData.Path("onnx-models", "ort-mnist-cnn", "test_data_set_0");
        Assert.Contains("output 'Plus214_Output_0': element ", await RubatoCommand.Refused(1, "model", "check", model, "--expect", data, "--rtol", "0", "--atol", "0"));
        Assert.Contains("no such file", await RubatoCommand.Refused(1, "model", "check", folder.File("nothing.onnx")));
        Assert.Contains("not ONNX", await RubatoCommand.Refused(1, "model", "check", folder.Write("text.onnx", "hello, hello"u8)));
        Assert.Contains("--rtol x is not a number", await RubatoCommand.Refused(2, "model", "check", model, "--rtol", "x"));
        string npz = folder.Write("wrong.npz", "no archive"u8);
        Assert.StartsWith($"rubato: {npz}: not a whole .npz file", await RubatoCommand.Refused(1, "model", "check", model, "--expect", npz));
        using (ZipArchive none = ZipFile.Open(folder.File("none.npz"), ZipArchiveMode.Create)) none.CreateEntryFromFile(Array(folder), "Plus214_Output_0.npy");
        Assert.Contains("none.npz: no input 'Input3' (expected Input3: float32[1, 1, 28, 28])", await RubatoCommand.Refused(1, "model", "check", model, "--expect", folder.File("none.npz")));
        Assert.Contains("--provider gpu is not one of cpu, cuda.", await RubatoCommand.Refused(2, "model", "check", model, "--provider", "gpu"));

        static string Array(TemporaryFolder folder)
        {
            NpyFile.Write<float>(folder.File("output.npy"), new float[10], columns: 10);
            return folder.File("output.npy");
        }
    }

    [SkippableFact]
    public async Task AMissingProviderIsTold()
    {
        _ = ModelRuntimes.Shared;
        string model = TestData.Path("onnx-models", "ort-mnist-cnn", "model.onnx");
        (int code, string output, string error) = await RubatoCommand.Run("model", "check", model, "--provider", "cuda");
        Assert.Equal(0, code);
        Skip.If(output.Contains("provider  cuda\n"), "CUDA is here");
        Assert.Contains("provider  cpu instead of cuda: ", output);
        Assert.Contains("runs on Cpu instead of Cuda", error);
    }
}
