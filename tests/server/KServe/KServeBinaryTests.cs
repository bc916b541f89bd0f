using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>The binary tensor extension of the Open Inference Protocol: tensors as bytes behind the JSON, both ways, and nothing that does not add up.</summary>
public sealed class KServeBinaryTests() : KServeTestBase(bytesMax: 100_000)
{
    private const string Header = "Inference-Header-Content-Length";
    private static readonly float[] Row = [1, 2, 3, 4];

    // As Triton's own client asks: without outputs all of them as bytes, with outputs each by itself.
    [SkippableTheory]
    [InlineData(""", "parameters": { "binary_data_output": true }""")]
    [InlineData(""", "outputs": [{ "name": "y", "parameters": { "binary_data": true } }]""")]
    public async Task TensorsGoBehindTheJsonBothWays(string more)
    {
        (JsonElement json, byte[] behind) = await InferAsync("any", Input("FP32", "[1, 4]", 16, more), MemoryMarshal.AsBytes<float>(Row).ToArray());
        Assert.Equal("""{"name":"y","datatype":"FP32","shape":[1,4],"parameters":{"binary_data_size":16}}""", json.GetProperty("outputs")[0].GetRawText());
        Assert.Equal([-1f, -2, -3, -4], MemoryMarshal.Cast<byte, float>(behind).ToArray());
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(""", "outputs": [{ "name": "y" }]""")]
    [InlineData(""", "parameters": { "binary_data_output": true }, "outputs": [{ "name": "y", "parameters": { "binary_data": false } }]""")]
    public async Task WhereBytesAreNotAskedForTheAnswerIsJson(string more)
    {
        (JsonElement json, byte[] behind) = await InferAsync("any", Input("FP32", "[1, 4]", 16, more), MemoryMarshal.AsBytes<float>(Row).ToArray());
        Assert.Equal("[-1,-2,-3,-4]", json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Empty(behind);
    }

    [SkippableFact]
    public async Task JsonInputsMayHaveBinaryOutputsAndBothKindsMayBeMixed()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        using HttpResponseMessage response = await Http.PostAsync("/v2/models/any/infer", new StringContent(
            """{ "inputs": [{ "name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4] }], "parameters": { "binary_data_output": true } }"""));
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int json = int.Parse(response.Headers.GetValues(Header).Single());
        Assert.Equal((HttpStatusCode.OK, 16, "application/octet-stream"), (response.StatusCode, body.Length - json, response.Content.Headers.ContentType!.MediaType));
        (JsonElement mixed, _) = await InferAsync("loop", """{ "inputs": [{ "name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1] }, { "name": "turns", "shape": [1], "datatype": "INT64", "parameters": { "binary_data_size": 8 } }] }""",
            BitConverter.GetBytes(3L));
        Assert.Equal("[4]", mixed.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [SkippableTheory]
    [InlineData("BOOL", 9, 1)]
    [InlineData("UINT8", 2, 1)]
    [InlineData("UINT16", 4, 2)]
    [InlineData("UINT32", 12, 4)]
    [InlineData("UINT64", 13, 8)]
    [InlineData("INT8", 3, 1)]
    [InlineData("INT16", 5, 2)]
    [InlineData("INT32", 6, 4)]
    [InlineData("INT64", 7, 8)]
    [InlineData("FP16", 10, 2)]
    [InlineData("BF16", 16, 2)]
    [InlineData("FP32", 1, 4)]
    [InlineData("FP64", 11, 8)]
    public async Task EveryTypeOfFixedSizeComesBackAsItWent(string datatype, int type, int size)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        byte[] test = new byte[2 * size], data = new byte[6 * size]; // small numbers in every type
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i % size == 0 ? i / size % 2 : 0);
        Server!.Folders.Echo("types", type, type, [1, 2], OnnxModels.Tensor("x", type, test, 1, 2), OnnxModels.Tensor("y", type, test, 1, 2));
        await Server.Host.LookAsync();
        (JsonElement json, byte[] behind) = await InferAsync("types", Input(datatype, "[3, 2]", data.Length, """, "parameters": { "binary_data_output": true }"""), data);
        Assert.Equal((datatype, data.Length), (json.GetProperty("outputs")[0].GetProperty("datatype").GetString(), json.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32()));
        Assert.Equal(data, behind);
    }

    [SkippableFact]
    public async Task TextsStandBehindTheirLengths()
    {
        string[] texts = ["", "Rubato", "日本語 🎼"];
        byte[] data = WireTexts.Write(texts);
        (JsonElement json, byte[] behind) = await InferAsync("echo", Input("BYTES", "[3]", data.Length, """, "parameters": { "binary_data_output": true }"""), data);
        Assert.Equal("""{"name":"y","datatype":"BYTES","shape":[3],"parameters":{"binary_data_size":32}}""", json.GetProperty("outputs")[0].GetRawText());
        Assert.Equal(data, behind);
    }

    [SkippableTheory]
    [InlineData("FP32", "[1, 4]", 12, 12, "binary_data_size 12 for FP32 [1, 4]")]
    [InlineData("FP32", "[1, 4]", 16, 12, "binary_data_size 16 (expected at most 12, which are left of the body)")]
    [InlineData("FP32", "[1, 4]", 16, 17, "1 bytes behind the last tensor")]
    [InlineData("FP32", "[-1, -4]", 16, 16, "binary_data_size 16 for FP32 [-1, -4]")]
    [InlineData("FP32", "[4611686018427387904, 4]", 16, 16, "binary_data_size 16 for FP32")]
    [InlineData("INT64", "[1, 2]", 16, 16, "input 'x' is int64[1, 2] (expected x: float32[batch, 4])")]
    [InlineData("BYTES", "[4]", 16, 16, "input 'x' is string[4]")]
    [InlineData("BYTES", "[5]", 16, 16, "16 bytes for 5 texts")]
    [InlineData("BYTES", "[3]", 16, 16, "4 bytes behind the last text")]
    [InlineData("BYTES", "[4294967296]", 16, 16, "shape [4294967296]")]
    public async Task BytesThatDoNotAddUpAreRefused(string datatype, string shape, int size, int bytes, string error)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Assert.Contains(error, await RefusedAsync("any", Input(datatype, shape, size, ""), new byte[bytes]));
    }

    [SkippableTheory]
    [InlineData("FP16", 10, new byte[] { 0, 0x3C, 0, 0x7C })]
    [InlineData("BF16", 16, new byte[] { 0x7F, 0x7F, 0x80, 0x7F })]
    [InlineData("BF16", 16, new byte[] { 0x80, 0x3F, 0xC0, 0xFF })]
    [InlineData("FP32", 1, new byte[] { 0, 0, 0x80, 0x3F, 0, 0, 0xC0, 0x7F })]
    [InlineData("FP64", 11, new byte[] { 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0xFF })]
    public async Task NaNAndInfinityAreRefused(string datatype, int type, byte[] data)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Server!.Folders.Echo("types", 1, type, [1], OnnxModels.Tensor("x", type, new byte[data.Length / 2], 1), OnnxModels.Tensor("y", type, new byte[data.Length / 2], 1));
        await Server.Host.LookAsync();
        Assert.Equal("input 'x': element 1 is NaN or infinite", await RefusedAsync("types", Input(datatype, "[2]", data.Length, ""), data));
    }

    [SkippableTheory]
    [InlineData("{}", "inputs is missing")]
    [InlineData("{", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": { "binary_data_size": -16 } }] }""", "binary_data_size: expected a whole number, not negative")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": { "binary_data_size": "16" } }] }""", "binary_data_size: expected a whole number")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": [] }] }""", "parameters: expected an object")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": { "binary_data_size": 16 }, "data": [1, 2, 3, 4] }] }""", "has data and binary_data_size")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4] }] }""", "16 bytes behind the last tensor")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": { "binary_data_size": 16 } }], "parameters": { "binary_data_output": 1 } }""", "binary_data_output: expected true or false")]
    [InlineData("""{ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1, 4], "parameters": { "binary_data_size": 16 } }], "outputs": [{ "name": "y", "parameters": { "binary_data": "yes" } }] }""", "binary_data: expected true or false")]
    public async Task JsonThatDoesNotFitItsBytesIsRefused(string json, string error)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        Assert.Contains(error, await RefusedAsync("any", json, new byte[16]));
    }

    [SkippableTheory]
    [InlineData(null, "binary_data_size without the header Inference-Header-Content-Length", false)]
    [InlineData("1000", "Inference-Header-Content-Length: 1000 (expected at most the body's", true)]
    [InlineData("-1", "Inference-Header-Content-Length: '-1' (expected the number of bytes of JSON)", true)]
    [InlineData("x", "Inference-Header-Content-Length: 'x' (expected", true)]
    [InlineData("99999999999999999999", "(expected the number of bytes of JSON)", true)]
    [InlineData("5", "not JSON", true)]
    public async Task AWrongHeaderIsRefused(string? header, string error, bool bytesFollow)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        byte[] body = [.. Encoding.UTF8.GetBytes(Input("FP32", "[1, 4]", 16, "")), .. new byte[bytesFollow ? 16 : 0]];
        using var content = new ByteArrayContent(body);
        if (header is not null) content.Headers.Add(Header, header);
        Assert.Contains(error, await ErrorAsync(await Http.PostAsync("/v2/models/any/infer", content)));
    }

    [SkippableTheory]
    [InlineData("BOOL", 9, new byte[] { 0, 2 }, "element 1 is 2 (expected 0 or 1)")]
    [InlineData("BYTES", 8, new byte[] { 1, 0, 0, 0, 65, 1, 0, 0, 0, 0 }, "text 1 has a zero byte")]
    [InlineData("BYTES", 8, new byte[] { 1, 0, 0, 0, 65, 1, 0, 0, 0, 0xFF }, "text 1: not UTF-8")]
    [InlineData("BYTES", 8, new byte[] { 1, 0, 0, 0, 65, 9, 0, 0, 0, 65 }, "text 1: 9 bytes (expected at most 1, which are left)")]
    public async Task ElementsThatAreNoneAreRefused(string datatype, int type, byte[] data, string error)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        ProtoWriter Zeros(string name) => type == OnnxModels.String ? OnnxModels.Texts(name, ["", ""], 2) : OnnxModels.Tensor(name, type, new byte[2], 2);
        Server!.Folders.Echo("types", 1, type, [2], Zeros("x"), Zeros("y"));
        await Server.Host.LookAsync();
        Assert.Contains(error, await RefusedAsync("types", Input(datatype, "[2]", data.Length, ""), data));
    }

    private static string Input(string datatype, string shape, int size, string more) =>
        $$"""{ "inputs": [{ "name": "x", "datatype": "{{datatype}}", "shape": {{shape}}, "parameters": { "binary_data_size": {{size}} } }]{{more}} }""";

    private static ByteArrayContent Body(string json, byte[] behind)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. text, .. behind]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(Header, $"{text.Length}");
        return content;
    }

    private async Task<(JsonElement Json, byte[] Behind)> InferAsync(string model, string json, byte[] behind)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        using HttpResponseMessage response = await Http.PostAsync($"/v2/models/{model}/infer", Body(json, behind));
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        int jsonBytes = response.Headers.TryGetValues(Header, out IEnumerable<string>? values) ? int.Parse(values.Single()) : body.Length;
        return (JsonDocument.Parse(body.AsMemory(0, jsonBytes)).RootElement, body[jsonBytes..]);
    }

    private async Task<string> RefusedAsync(string model, string json, byte[] behind) => await ErrorAsync(await Http!.PostAsync($"/v2/models/{model}/infer", Body(json, behind)));

    private static async Task<string> ErrorAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!;
        }
    }
}
