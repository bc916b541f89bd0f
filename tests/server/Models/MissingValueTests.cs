using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Rubato.Client;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>NaN is a missing value for the inputs that model.json says it is for, on every way in, and for no others.</summary>
public sealed class MissingValueTests() : KServeTestBase(bytesMax: 100_000)
{
    private const int TreeFeatures = 13;
    private const string Takes = """, "missing": "nan" """;

    [SkippableTheory]
    [InlineData("tract-xgboost-regressor-tree", "variable")]
    [InlineData("tract-lgbm-regressor-tensor", "output")]
    public async Task RealTreesAnswerRowsWithMissingValuesOnEveryWayIn(string model, string output)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        (float[] rows, float[] expected) = await TreesAsync(model, output, $$""" "outputs": [{ "name": "{{output}}", "role": "score" }], """);
        Assert.True(expected.Distinct().Count() > 1, "what is missing makes a difference");
        await using RubatoClient client = await Server!.ClientAsync();
        var ranked = new ModelAnswer();
        await client.RankAsync(new ModelQuery { Model = "trees", Rows = (uint)expected.Length, Features = rows }, ranked);
        Assert.Equal(expected, ranked.Values.ToArray());
        Assert.Equal(expected, await InferAsync(client, output, rows));
        string json = string.Join(',', rows.Select(value => float.IsNaN(value) ? "null" : value.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(expected, await HttpAsync("trees", Json("input", "FP32", $"[{expected.Length}, {TreeFeatures}]", json)));
        Assert.Equal(expected, await HttpAsync("trees", Binary("input", "FP32", $"[{expected.Length}, {TreeFeatures}]", Bytes(rows))));
    }

    [SkippableTheory, InlineData("tract-xgboost-classifier-tree"), InlineData("tract-lgbm-classifier-tensor")]
    public async Task AModelOutsideThePipelineSaysItToo(string model)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        (float[] rows, float[] expected) = await TreesAsync(model, "probabilities", outputs: "");
        await using RubatoClient client = await Server!.ClientAsync();
        Assert.Equal(expected, await InferAsync(client, "probabilities", rows));
    }

    [SkippableFact]
    public async Task SoDoesAForestThatAnswersWithMapsAndMakesNoRows()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Directory.CreateDirectory(Server!.Folders.File("forest/1/test"));
        File.Copy(TestData.Path("onnx-models", "yalue-sklearn-randomforest", "model.onnx"), Server.Folders.File("forest/1/model.onnx"));
        File.WriteAllBytes(Server.Folders.File("forest/1/test/input_0.pb"), OnnxModels.Tensor("X", OnnxModels.Float, [5.1f, 3.5f, 1.4f, 0.2f], 1, 4).ToArray());
        File.WriteAllBytes(Server.Folders.File("forest/1/test/output_0.pb"), OnnxModels.Tensor("output_label", OnnxModels.Int64, [0L], 1).ToArray());
        Server.Folders.Text("forest/1/model.json", $$"""{ "inputs": [{ "name": "X", "role": "candidateFeatures"{{Takes}} }], "labels": ["stable"], "selfTest": ["test"] }""");
        await Server.Host.LookAsync();
        float[] rows = [6.7f, float.NaN, 5.2f, 2.3f, 5.1f, 3.5f, 1.4f, float.NaN];
        ModelSession session = Server.Host.Version("forest", 1).Generation!.Session;
        var expected = (ModelTensor)session.Infer(new Dictionary<string, ModelTensor> { ["X"] = ModelTensor.Of<float>(rows, 2, 4) }, ["output_label"])[0];
        await using RubatoClient client = await Server.ClientAsync();
        var answer = new ModelAnswer();
        await client.InferAsync(new ModelQuery { Model = "forest", Tensors = [Floats("X", rows, 2, 4)] }, answer); // its maps are left out
        Assert.Equal(expected.Values<long>().ToArray(), MemoryMarshal.Cast<byte, long>(Assert.Single(answer.Tensors).Data.Span).ToArray());
        await RefusedAsync(client.RankAsync(new ModelQuery { Model = "forest", Rows = 2, Features = rows }, new()), "gives no input or no output a role (INFER runs it)");
    }

    [SkippableFact]
    public async Task ATowerTakesThemAsFeaturesAndTestsItselfOnThem()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        await FillsAsync(Takes);
        await using RubatoClient client = await Server!.ClientAsync();
        var answer = new ModelAnswer();
        await client.EmbedAsync(new ModelQuery { Model = "fills", Rows = 2, Features = new[] { 1, float.NaN, 3, 4, 5, 6, 7, -float.NaN } }, answer);
        Assert.Equal([1f, -1, 3, 4, 5, 6, 7, -1], answer.Values.ToArray());
    }

    [SkippableTheory]
    [InlineData("", float.NaN, "NaN or infinite")]
    [InlineData("", float.PositiveInfinity, "NaN or infinite")]
    [InlineData(Takes, float.PositiveInfinity, "infinite")]
    [InlineData(Takes, float.NegativeInfinity, "infinite")]
    public async Task WhatAnInputDoesNotTakeIsRefusedOnEveryWayIn(string missing, float value, string problem)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        await FillsAsync(missing);
        await using RubatoClient client = await Server!.ClientAsync();
        float[] row = [1, 2, value, 4];
        await RefusedAsync(client.EmbedAsync(new ModelQuery { Model = "fills", Rows = 1, Features = row }, new()), $"features: value 2 is {problem}");
        await RefusedAsync(client.InferAsync(new ModelQuery { Model = "fills", Tensors = [Floats("x", row, 1, 4)] }, new()), $"input 'x': element 2 is {problem}");
        Assert.Equal($"input 'x': element 2 is {problem}", await ErrorAsync("fills", Binary("x", "FP32", "[1, 4]", Bytes(row))));
        if (float.IsNaN(value)) Assert.Equal($"input 'x': element 2 is {problem}", await ErrorAsync("fills", Json("x", "FP32", "[1, 4]", "1, 2, null, 4")));
        Server.Server.AssertHealthy();
    }

    [SkippableTheory, InlineData("FP16", 10), InlineData("BF16", 16), InlineData("FP64", 11)]
    public async Task EveryFloatingPointTypeMayHaveThem(string datatype, int type)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        byte[] infinity = type switch { 10 => BitConverter.GetBytes(Half.NegativeInfinity), 16 => [0x80, 0xFF], _ => BitConverter.GetBytes(double.PositiveInfinity) };
        byte[] none = new byte[infinity.Length];
        string manifest(string missing) => $$"""{ "inputs": [{ "name": "x", "role": "candidateFeatures"{{missing}} }], "labels": ["stable"], "selfTest": ["test"] }""";
        foreach ((string name, string missing) in new[] { ("takes", Takes), ("takesNot", "") })
        {
            Server!.Folders.Echo(name, 1, type, [1, 1], OnnxModels.Tensor("x", type, none, 1, 1), OnnxModels.Tensor("y", type, none, 1, 1));
            Server.Folders.Text($"{name}/1/model.json", manifest(missing));
        }
        await Server!.Host.LookAsync();
        // It is let in; an output that is not a number is refused as ever.
        Assert.Equal("output 'y', row 0: not a finite number", await ErrorAsync("takes", Json("x", datatype, "[1, 1]", "null"), HttpStatusCode.InternalServerError));
        Assert.Equal("input 'x': element 0 is NaN or infinite", await ErrorAsync("takesNot", Json("x", datatype, "[1, 1]", "null")));
        Assert.Equal("input 'x': element 0 is infinite", await ErrorAsync("takes", Binary("x", datatype, "[1, 1]", infinity)));
    }

    [SkippableTheory]
    [InlineData("FP64", "1e999", "input 'x': element 0 is infinite")]
    [InlineData("FP32", "NaN", "not JSON")]
    [InlineData("INT64", "null", "input 'x': element 0 is null (expected INT64)")]
    [InlineData("BOOL", "null", "input 'x': element 0 is null (expected BOOL)")]
    [InlineData("BYTES", "null", "input 'x': element 0 is null (expected BYTES)")]
    [InlineData("FP32", "true", "input 'x': element 0 is true (expected FP32)")]
    public async Task NothingElseInJsonIsAMissingValue(string datatype, string element, string error)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Server!.Folders.Echo("doubles", 1, 11, [1, 1], OnnxModels.Tensor("x", 11, new byte[8], 1, 1), OnnxModels.Tensor("y", 11, new byte[8], 1, 1));
        Server.Folders.Text("doubles/1/model.json", $$"""{ "inputs": [{ "name": "x", "role": "candidateFeatures"{{Takes}} }], "labels": ["stable"], "selfTest": ["test"] }""");
        await Server.Host.LookAsync();
        Assert.Contains(error, await ErrorAsync("doubles", Json("x", datatype, "[1, 1]", element)));
    }

    [SkippableFact]
    public async Task TheListenersVectorAndFeaturesForAnInputThatTakesNoneAreRefused()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        (string Name, int Width)[] inputs = [("listener", 3), ("some", 2), ("others", 2)];
        Server!.Folders.Write("half", 1, OnnxModels.Linear(inputs, new float[7]), $$"""
             "inputs": [{ "name": "listener", "role": "listenerVector" }, { "name": "some", "role": "candidateFeatures"{{Takes}} }, { "name": "others", "role": "candidateFeatures" }],
             "outputs": [{ "name": "y", "role": "score" }], "labels": ["stable"],
            """, [.. inputs.Select(input => (input.Name, new float[input.Width], new long[] { 1, input.Width }))], [0], [1, 1]);
        await Server.Host.LookAsync();
        await using RubatoClient client = await Server.ClientAsync();
        await RefusedAsync(client.RankAsync(new ModelQuery { Model = "half", Listener = new[] { 1, float.NaN, 3 }, Rows = 1, Features = new float[2] }, new()), "listener vector: value 1 is NaN or infinite");
        await RefusedAsync(client.RankAsync(new ModelQuery { Model = "half", Listener = new float[3], Rows = 1, Features = new[] { 1, float.NaN } }, new()), "features: value 1 is NaN or infinite");
        await client.RankAsync(new ModelQuery { Model = "half", Listener = new float[3], Rows = 1, Features = new float[2] }, new());
    }

    // A model of public data that takes missing values: rows that lack one feature each, one that lacks all, and what the session itself says of them.
    private async Task<(float[] Rows, float[] Expected)> TreesAsync(string model, string output, string outputs)
    {
        Directory.CreateDirectory(Server!.Folders.File("trees/1"));
        foreach (string file in new[] { "model.onnx", "io.npz" }) File.Copy(TestData.Path("onnx-models", model, file), Server.Folders.File($"trees/1/{file}"));
        Server.Folders.Text("trees/1/model.json", $$"""{ "inputs": [{ "name": "input", "role": "candidateFeatures"{{Takes}} }], {{outputs}} "labels": ["stable"], "selfTest": ["io.npz"] }""");
        await Server.Host.LookAsync();
        ModelSession session = Server.Host.Version("trees", 1).Generation!.Session;
        ReadOnlySpan<float> given = ModelExpectation.Read(Server.Folders.File("trees/1/io.npz"), session).Inputs["input"].Values<float>();
        float[] rows = new float[(TreeFeatures + 2) * TreeFeatures];
        for (int row = 0; row < TreeFeatures + 2; row++)
        {
            given.CopyTo(rows.AsSpan(row * TreeFeatures));
            if (row < TreeFeatures) rows[row * TreeFeatures + row] = float.NaN;
        }
        rows.AsSpan(^TreeFeatures).Fill(float.NaN);
        var inputs = new Dictionary<string, ModelTensor> { ["input"] = ModelTensor.Of<float>(rows, TreeFeatures + 2, TreeFeatures) };
        float[] expected = ((ModelTensor)session.Infer(inputs, [output])[0]).Values<float>().ToArray();
        Assert.All(expected, value => Assert.True(float.IsFinite(value)));
        return (rows, expected);
    }

    // y = x with −1 in place of what is missing, on rows of four; its self-test lacks a value.
    private Task FillsAsync(string missing)
    {
        Server!.Folders.Write("fills", 1, OnnxModels.FillMissing(), $$""" "inputs": [{ "name": "x", "role": "listenerVector"{{missing}} }], "outputs": [{ "name": "y", "role": "embedding" }], "labels": ["stable"], """,
            [("x", [1, 2, float.NaN, 4], [1, 4])], [1, 2, -1, 4], [1, 4]);
        return Server.Host.LookAsync();
    }

    private static async Task<float[]> InferAsync(RubatoClient client, string output, float[] rows)
    {
        var answer = new ModelAnswer();
        await client.InferAsync(new ModelQuery { Model = "trees", Tensors = [Floats("input", rows, rows.Length / TreeFeatures, TreeFeatures)] }, answer);
        return MemoryMarshal.Cast<byte, float>(answer.Tensors.Single(tensor => tensor.Name == output).Data.Span).ToArray();
    }

    private async Task<float[]> HttpAsync(string model, HttpContent content)
    {
        (HttpStatusCode status, string text) = await PostAsync(model, content);
        Assert.True(status == HttpStatusCode.OK, text);
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];
    }

    private async Task<string> ErrorAsync(string model, HttpContent content, HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        (HttpStatusCode status, string text) = await PostAsync(model, content);
        Assert.Equal(expected, status);
        return JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string model, HttpContent content)
    {
        using HttpResponseMessage response = await Http!.PostAsync($"/v2/models/{model}/infer", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static StringContent Json(string input, string datatype, string shape, string data) =>
        new($$"""{ "inputs": [{ "name": "{{input}}", "datatype": "{{datatype}}", "shape": {{shape}}, "data": [{{data}}] }] }""", Encoding.UTF8, "application/json");

    private static ByteArrayContent Binary(string input, string datatype, string shape, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{ "inputs": [{ "name": "{{input}}", "datatype": "{{datatype}}", "shape": {{shape}}, "parameters": { "binary_data_size": {{data.Length}} } }] }""");
        var content = new ByteArrayContent([.. json, .. data]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        return content;
    }

    private static WireTensor Floats(string name, float[] values, params long[] shape) => new() { Name = name, Element = 1, Shape = shape, Data = Bytes(values) };

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static async Task RefusedAsync(ValueTask call, string message)
    {
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(call.AsTask);
        Assert.Equal(ErrorCode.ModelMismatch, refused.Code);
        Assert.EndsWith(message, refused.Message);
    }
}
