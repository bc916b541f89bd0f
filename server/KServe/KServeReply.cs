using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Rubato.Server;

/// <summary>Writes what the Open Inference Protocol answers.</summary>
internal static class KServeReply
{
    /// <summary>Name, loaded versions, and tensors of a model.</summary>
    public static void WriteMetadata(Utf8JsonWriter json, ModelGeneration generation, IEnumerable<int> versions)
    {
        json.WriteString("name", generation.Name);
        json.WriteStartArray("versions");
        foreach (int version in versions) json.WriteStringValue(version.ToString(CultureInfo.InvariantCulture));
        json.WriteEndArray();
        json.WriteString("platform", "onnxruntime_onnx");
        WriteTensors(json, "inputs", generation.Session.Inputs);
        WriteTensors(json, "outputs", generation.Session.Outputs);
    }

    /// <summary>The outputs of a run, and where its time went: JSON, and behind it the outputs that were wanted as bytes.</summary>
    public static async Task WriteAsync(HttpContext context, KServeRequest request, string model, int version, ModelOutcome outcome, IEnumerable<(string Name, ModelValue Value)> outputs)
    {
        KServeOutput[] tensors = [.. from output in outputs
                                     let tensor = output.Value as ModelTensor
                                     where tensor is not null
                                     select new KServeOutput(output.Name, tensor, request.Outputs.GoesBehind(output.Name))];
        KServeOutput[] behind = [.. tensors.Where(output => output.IsBehind)];
        if (behind.Length == 0)
        {
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, request, model, version, outcome, tensors)).ConfigureAwait(false);
            return;
        }
        var head = new ArrayBufferWriter<byte>(); // its size is told before it
        await using (var json = new Utf8JsonWriter(head))
        {
            json.WriteStartObject();
            Write(json, request, model, version, outcome, tensors);
            json.WriteEndObject();
        }
        HttpResponse response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/octet-stream";
        response.Headers[KServeRequest.JsonBytesHeader] = head.WrittenCount.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = head.WrittenCount + behind.Sum(output => (long)output.Bytes.Length);
        await response.BodyWriter.WriteAsync(head.WrittenMemory).ConfigureAwait(false);
        foreach (KServeOutput output in behind)
        {
            response.BodyWriter.Write(output.Bytes);
            await response.BodyWriter.FlushAsync().ConfigureAwait(false); // no more than one waits for a slow reader
        }
    }

    private static void Write(Utf8JsonWriter json, KServeRequest request, string model, int version, in ModelOutcome outcome, KServeOutput[] outputs)
    {
        json.WriteString("model_name", model);
        json.WriteString("model_version", version.ToString(CultureInfo.InvariantCulture));
        if (request.Id is not null) json.WriteString("id", request.Id);
        json.WriteStartObject("parameters");
        json.WriteNumber("queue_us", Microseconds(outcome.QueueTicks));
        json.WriteNumber("batch_us", Microseconds(outcome.BatchTicks));
        json.WriteNumber("compute_us", Microseconds(outcome.ComputeTicks));
        json.WriteNumber("batch_rows", outcome.BatchRows);
        json.WriteEndObject();
        json.WriteStartArray("outputs");
        foreach (KServeOutput output in outputs) Write(json, output);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, KServeOutput output)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", KServeType.Of(output.Tensor.Element));
        json.WriteStartArray("shape");
        foreach (long dimension in output.Tensor.Shape) json.WriteNumberValue(dimension);
        json.WriteEndArray();
        if (output.IsBehind)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", output.Bytes.Length);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
            WriteElements(json, output.Tensor);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteElements(Utf8JsonWriter json, ModelTensor tensor)
    {
        switch (tensor.Element)
        {
            case ModelElementType.Float32: foreach (float value in tensor.Values<float>()) WriteNumber(json, value); break;
            case ModelElementType.Float64: foreach (double value in tensor.Values<double>()) WriteNumber(json, value); break;
            case ModelElementType.Float16: foreach (Half value in tensor.Values<Half>()) WriteNumber(json, (float)value); break;
            case ModelElementType.Int64: foreach (long value in tensor.Values<long>()) json.WriteNumberValue(value); break;
            case ModelElementType.Int32: foreach (int value in tensor.Values<int>()) json.WriteNumberValue(value); break;
            case ModelElementType.Int16: foreach (short value in tensor.Values<short>()) json.WriteNumberValue(value); break;
            case ModelElementType.Int8: foreach (sbyte value in tensor.Values<sbyte>()) json.WriteNumberValue(value); break;
            case ModelElementType.UInt64: foreach (ulong value in tensor.Values<ulong>()) json.WriteNumberValue(value); break;
            case ModelElementType.UInt32: foreach (uint value in tensor.Values<uint>()) json.WriteNumberValue(value); break;
            case ModelElementType.BFloat16: foreach (ushort value in tensor.Values<ushort>()) WriteNumber(json, BFloat16.ToSingle(value)); break;
            case ModelElementType.UInt16: foreach (ushort value in tensor.Values<ushort>()) json.WriteNumberValue(value); break;
            case ModelElementType.UInt8: foreach (byte value in tensor.Values<byte>()) json.WriteNumberValue(value); break;
            case ModelElementType.Bool: foreach (byte value in tensor.Data) json.WriteBooleanValue(value != 0); break;
            default: foreach (string value in tensor.Strings) json.WriteStringValue(value); break;
        }
    }

    // JSON has no NaN and no infinity; null is what readers of this protocol make of them.
    private static void WriteNumber(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteNullValue();
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteNullValue();
    }

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<ModelValueInfo> infos)
    {
        json.WriteStartArray(name);
        foreach (ModelValueInfo info in infos.Where(info => info.IsTensor))
        {
            json.WriteStartObject();
            json.WriteString("name", info.Name);
            json.WriteString("datatype", KServeType.Of(info.Element));
            json.WriteStartArray("shape");
            foreach (long dimension in info.Shape) json.WriteNumberValue(dimension < 0 ? -1 : dimension);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static long Microseconds(long ticks) => (long)(ticks / (Stopwatch.Frequency / 1e6));
}
