using System.Net;
using System.Text;
using System.Text.Json;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>The Open Inference Protocol: what its tools send is answered, what is wrong is named, and nothing is too deep or too large.</summary>
public sealed class KServeTests() : KServeTestBase(bytesMax: 10_000)
{
    [SkippableFact]
    public async Task HealthAndMetadataAreTold()
    {
        Assert.Equal("rubato", (await GetAsync("/v2")).GetProperty("name").GetString());
        Assert.Equal("""["binary_tensor_data"]""", (await GetAsync("/v2")).GetProperty("extensions").GetRawText());
        Assert.True((await GetAsync("/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await GetAsync("/v2/health/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync("/v2/models/any/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync("/v2/models/any/versions/1/ready")).GetProperty("ready").GetBoolean());
        JsonElement model = await GetAsync("/v2/models/loop");
        Assert.Equal(("loop", "onnxruntime_onnx", "1"), (model.GetProperty("name").GetString(), model.GetProperty("platform").GetString(), model.GetProperty("versions")[0].GetString()));
        Assert.Equal("""{"name":"x","datatype":"FP32","shape":[-1,1]}""", model.GetProperty("inputs")[0].GetRawText());
        Assert.Equal("""{"name":"turns","datatype":"INT64","shape":[1]}""", model.GetProperty("inputs")[1].GetRawText());
        Assert.Equal("""{"name":"y","datatype":"FP32","shape":[-1,1]}""", model.GetProperty("outputs")[0].GetRawText());
        Assert.Equal((HttpStatusCode.NotFound, "model: 'nothing' is not served here"), await RefusedAsync(Http!.GetAsync("/v2/models/nothing")));
        Assert.Equal((HttpStatusCode.NotFound, "version: 2 of model 'any' is not loaded"), await RefusedAsync(Http!.GetAsync("/v2/models/any/versions/2/ready")));
        Assert.Equal(HttpStatusCode.BadRequest, (await RefusedAsync(Http!.GetAsync("/v2/models/any/versions/x"))).Status);
    }

    [SkippableFact]
    public async Task InferAnswersFlatAndNestedData()
    {
        JsonElement answer = await InferAsync("any", """{ "id": "42", "inputs": [{ "name": "x", "shape": [2, 4], "datatype": "FP32", "data": [1, 2, 3, 4, 5, 6, 7, 8.5] }], "outputs": [{ "name": "y" }] }""");
        Assert.Equal(("any", "1", "42"), (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString(), answer.GetProperty("id").GetString()));
        Assert.Equal("""{"name":"y","datatype":"FP32","shape":[2,4],"data":[-1,-2,-3,-4,-5,-6,-7,-8.5]}""", answer.GetProperty("outputs")[0].GetRawText());
        Assert.True(answer.GetProperty("parameters").GetProperty("compute_us").GetInt64() >= 0);
        answer = await InferAsync("any/versions/1", """{ "inputs": [{ "name": "x", "shape": [1, 4], "datatype": "FP32", "data": [[1, 2, 3, 4]] }] }""");
        Assert.Equal("[-1,-2,-3,-4]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        answer = await InferAsync("loop", Loop("3"));
        Assert.Equal("[4]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    // 0.1 and the ties by hand: 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷, 1 + 3 · 2⁻⁸ between that and 1 + 2⁻⁶.
    [SkippableTheory]
    [InlineData("1, -2.5, 0, 3.3895314e38", "[1,-2.5,0,3.3895314E+38]")]
    [InlineData("0.1, 1.00390625, 1.01171875, -1.0039064", "[0.100097656,1,1.015625,-1.0078125]")]
    [InlineData("1e-45, 9.2e-41, 3, 3.396e38", "[0,9.1835E-41,3,3.3895314E+38]")]
    [InlineData("1, 3.4e38", "input 'x': element 1 is 3.4e38 (expected BF16)")]
    [InlineData("1, -1e39", "input 'x': element 1 is -1e39 (expected BF16)")]
    [InlineData("1, null", "input 'x': element 1 is NaN or infinite")]
    public async Task BFloat16IsRoundedToAndToldAsItsValue(string data, string expected)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Server!.Folders.Echo("half", 1, 16, [1], OnnxModels.Tensor("x", 16, new byte[2], 1), OnnxModels.Tensor("y", 16, new byte[2], 1));
        await Server.Host.LookAsync();
        string body = $$"""{ "inputs": [{ "name": "x", "shape": [{{data.Count(character => character == ',') + 1}}], "datatype": "BF16", "data": [{{data}}] }] }""";
        if (expected[0] == '[') Assert.Equal(expected, (await InferAsync("half", body)).GetProperty("outputs")[0].GetProperty("data").GetRawText());
        else Assert.Equal((HttpStatusCode.BadRequest, expected), await RefusedAsync(Http.PostAsync("/v2/models/half/infer", Body(body))));
    }

    [SkippableTheory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "the body is no object")]
    [InlineData("{}", "inputs is missing")]
    [InlineData("""{ "inputs": [] }""", "input 'x' is missing")]
    [InlineData("""{ "inputs": [{ }] }""", "inputs[0]: name is missing")]
    [InlineData("""{ "inputs": [{ "name": "x" }] }""", "datatype is missing")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP31" }] }""", "datatype 'FP31'")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32" }] }""", "shape is missing")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, "4"] }] }""", "shape[1] is no whole number")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4] }] }""", "data is missing")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3] }] }""", "3 elements for a shape of 4")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [4611686018427387904, 4], "data": [1] }] }""", "shape [4611686018427387904, 4]")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, "3", 4] }] }""", "element 2 is \"3\" (expected FP32)")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 1e99, 4] }] }""", "element 2 is 1e99 (expected FP32)")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "UINT8", "shape": [1, 4], "data": [1, 2, 256, 4] }] }""", "element 2 is 256 (expected UINT8)")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "BOOL", "shape": [1], "data": [1] }] }""", "element 0 is 1 (expected BOOL)")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "INT64", "shape": [1, 4], "data": [1, 2, 3, 4] }] }""", "input 'x' is int64[1, 4] (expected x: float32[batch, 4])")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4] }], "outputs": [{ "name": "z" }] }""", "no output 'z' (expected y)")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4] }], "parameters": { "timeout": -1 } }""", "timeout: expected a whole number")]
    public async Task WhatIsWrongIsNamed(string body, string error)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        (HttpStatusCode status, string message) = await RefusedAsync(Http.PostAsync("/v2/models/any/infer", Body(body)));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(error, message);
    }

    [SkippableFact]
    public async Task BodiesThatAreTooDeepOrTooLargeAreRefused()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        string deep = new string('[', 100) + new string(']', 100);
        Assert.Contains("nested more than 16 deep", (await RefusedAsync(Http.PostAsync("/v2/models/any/infer", Body(deep)))).Error);
        (HttpStatusCode status, _) = await RefusedAsync(Http.PostAsync("/v2/models/any/infer", Body(new string(' ', 20_000))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [SkippableTheory, InlineData(""), InlineData(""", "parameters": { "binary_data_output": true }""")]
    public async Task AnAnswerThatIsTooLargeIsRefusedAndTheNextOneIsNot(string more)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        (HttpStatusCode status, string error) = await RefusedAsync(Http.PostAsync("/v2/models/any/infer", Body(Rows(626, more))));
        Assert.Equal((HttpStatusCode.BadRequest, "the answer's tensors take 10016 bytes (expected at most 10000)"), (status, error));
        using HttpResponseMessage largest = await Http.PostAsync("/v2/models/any/infer", Body(Rows(625, more)));
        Assert.Equal(HttpStatusCode.OK, largest.StatusCode);
        Assert.InRange((await largest.Content.ReadAsByteArrayAsync()).Length, 625 * 4 * 2, 20_000);

        static string Rows(int rows, string more) =>
            $$"""{ "inputs": [{ "name": "x", "shape": [{{rows}}, 4], "datatype": "FP32", "data": [{{string.Join(',', Enumerable.Repeat("1", rows * 4))}}] }]{{more}} }""";
    }

    [SkippableFact]
    public async Task LateFailedAndOverloadedHaveTheirStatus()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await RefusedAsync(Http.PostAsync("/v2/models/loop/infer", Body(Loop($"{long.MaxValue}", """, "parameters": { "timeout": 30000 }"""))))).Status);
        Assert.Equal("[2]", (await InferAsync("loop", Loop("1"))).GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Server!.Folders.Unary("full", 1, """ "labels": ["stable"], "queueRowsMax": 1, """);
        await Server.Host.LookAsync();
        using var gate = new GateWork();
        Server.Host.Submit("full", gate);
        gate.WaitUntilEntered();
        RowsWork waits = Server.Host.Submit("full", new RowsWork([1, 2, 3, 4], 4));
        using HttpResponseMessage overloaded = await Http.PostAsync("/v2/models/full/infer", Body("""{ "inputs": [{ "name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4] }] }"""));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, overloaded.StatusCode);
        Assert.True(overloaded.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        gate.Open();
        await waits.Outcome;
    }

    private static string Loop(string turns, string more = "") =>
        $$"""{ "inputs": [{ "name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1] }, { "name": "turns", "shape": [1], "datatype": "INT64", "data": [{{turns}}] }]{{more}} }""";

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<JsonElement> GetAsync(string path)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        return JsonDocument.Parse(await Http.GetStringAsync(path)).RootElement;
    }

    private async Task<JsonElement> InferAsync(string model, string body)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        using HttpResponseMessage response = await Http.PostAsync($"/v2/models/{model}/infer", Body(body));
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<(HttpStatusCode Status, string Error)> RefusedAsync(Task<HttpResponseMessage> call)
    {
        using HttpResponseMessage response = await call;
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!);
    }
}
