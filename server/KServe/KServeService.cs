using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rubato.Server;

/// <summary>Answers the requests of the Open Inference Protocol.</summary>
internal sealed class KServeService(RubatoServer server)
{
    private readonly ModelHost _host = server.Models!.Host;
    private readonly long _bytesMax = server.Options.Limits.KServeBytesMax; // of a body, and of an answer's tensors
    private readonly ByteBudget _bodies = new(Math.Max(server.Options.Limits.KServeBytesTotalMax, server.Options.Limits.KServeBytesMax)); // room for one at least

    public Task ServerAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, static json =>
    {
        json.WriteString("name", "rubato");
        json.WriteString("version", typeof(KServeService).Assembly.GetName().Version?.ToString(3));
        json.WriteStartArray("extensions");
        json.WriteStringValue("binary_tensor_data");
        json.WriteEndArray();
    });

    public Task HealthAsync(HttpContext context, string name, bool live) =>
        JsonAnswer.WriteAsync(context, live ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json => json.WriteBoolean(name, live));

    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, () =>
    {
        ModelGeneration generation = Hold(context, "", 0);
        generation.Release();
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("name", generation.Name);
            json.WriteBoolean("ready", true);
        });
    });

    public Task MetadataAsync(HttpContext context) => AnswerAsync(context, async () =>
    {
        ModelGeneration generation = Hold(context, "", 0);
        try
        {
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => KServeReply.WriteMetadata(json, generation, Versions(generation.Name))).ConfigureAwait(false);
        }
        finally
        {
            generation.Release();
        }
    });

    public Task InferAsync(HttpContext context) => AnswerAsync(context, async () =>
    {
        long arrived = Stopwatch.GetTimestamp();
        using var body = new KServeBody(context, _bytesMax, _bodies);
        KServeRequest request = await body.ReadAsync().ConfigureAwait(false);
        ModelGeneration generation = Hold(context, request.Label, request.ListenerId);
        int version = generation.Version;
        var answered = new TaskCompletionSource<ModelOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        TensorWork? work = null;
        bool accepted = false;
        int retryAfterMilliseconds = 0;
        try
        {
            work = new TensorWork(generation, request.Inputs, request.Outputs.Names, (_, _, outcome) => answered.SetResult(outcome))
            {
                Arrived = arrived,
                Deadline = request.TimeoutMicroseconds == 0 ? long.MaxValue : arrived + (long)(request.TimeoutMicroseconds * (Stopwatch.Frequency / 1e6)),
            };
            accepted = generation.TrySubmit(work, out retryAfterMilliseconds);
        }
        catch (ModelRunException mismatch)
        {
            throw new KServeException(mismatch.Message);
        }
        finally
        {
            if (!accepted) generation.Release();
        }
        if (!accepted)
            throw new KServeException(StatusCodes.Status503ServiceUnavailable, $"the queue of model '{generation.Name}' is full") { RetryAfterSeconds = (retryAfterMilliseconds + 999) / 1000 };
        ModelOutcome ended = await answered.Task.ConfigureAwait(false);
        if (ended.Status != ModelStatus.Ok)
            throw new KServeException(ended.Status == ModelStatus.Failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status504GatewayTimeout, ended.Problem!);
        long bytes = ModelTensors.Bytes(work.Outputs); // before they are copied: a model's outputs may be as large as its inputs tell it
        if (bytes > _bytesMax) throw new KServeException($"the answer's tensors take {bytes} bytes (expected at most {_bytesMax})");
        await KServeReply.WriteAsync(context, request, generation.Name, version, ended, work.Outputs).ConfigureAwait(false);
    });

    private ModelGeneration Hold(HttpContext context, string label, ulong listener)
    {
        string model = (string)context.GetRouteValue("model")!;
        int version = 0;
        if (context.GetRouteValue("version") is string text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) || version < 1))
            throw new KServeException($"version: '{text}' (expected 1 to {int.MaxValue})");
        return _host.TryHold(model, version, label, listener, out ModelGeneration? generation) ? generation!
            : throw new KServeException(StatusCodes.Status404NotFound, _host.Explain(model, version, label));
    }

    private IEnumerable<int> Versions(string model) =>
        _host.Models.Where(info => info.Name == model).SelectMany(info => info.Versions).Where(version => version.Generation is not null).Select(version => version.Version);

    private static async Task AnswerAsync(HttpContext context, Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (KServeException refused)
        {
            if (refused.RetryAfterSeconds > 0) context.Response.Headers.RetryAfter = refused.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await JsonAnswer.ErrorAsync(context, refused.Status, refused.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException refused) // a body that is too large, or ends too soon
        {
            await JsonAnswer.ErrorAsync(context, refused.StatusCode, refused.Message).ConfigureAwait(false);
        }
    }
}
