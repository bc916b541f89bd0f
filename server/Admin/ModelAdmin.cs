using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rubato.Server;

/// <summary>
/// Models on the admin address: GET /models; POST /models/look, /models/M/V/load and /unload; PUT and DELETE /models/M/labels/L; PUT
/// /models/M/canary. Everything is answered by JSON.
/// </summary>
internal static class ModelAdmin
{
    public static void Map(WebApplication application, ModelHost host)
    {
        application.MapGet("/models", (HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => Models(json, host)));
        application.MapPost("/models/look", (HttpContext context) => ChangeAsync(context, () => host.LookAsync()));
        application.MapPost("/models/{model}/{version}/load", (HttpContext context) => ChangeAsync(context, () => host.LoadAsync(Model(context), Version(context.GetRouteValue("version")))));
        application.MapPost("/models/{model}/{version}/unload", (HttpContext context) => ChangeAsync(context, () => host.UnloadAsync(Model(context), Version(context.GetRouteValue("version")))));
        application.MapPut("/models/{model}/labels/{label}", (HttpContext context) => LabelAsync(context, host));
        application.MapDelete("/models/{model}/labels/{label}", (HttpContext context) => ChangeAsync(context, () => host.UnlabelAsync(Model(context), Label(context))));
        application.MapPut("/models/{model}/canary", (HttpContext context) => ChangeAsync(context, () => host.SetCanaryPercentAsync(Model(context), Percent(context))));
    }

    private static Task LabelAsync(HttpContext context, ModelHost host) => AnswerAsync(context, async () =>
    {
        LabelMove move = await host.LabelAsync(Model(context), Label(context), Version(context.Request.Query["version"].ToString())).ConfigureAwait(false);
        bool moved = move == LabelMove.Moved;
        await JsonAnswer.WriteAsync(context, moved ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, json => json.WriteString("result", moved ? "moved" : "in shadow")).ConfigureAwait(false);
    });

    private static Task ChangeAsync(HttpContext context, Func<Task> change) => AnswerAsync(context, async () =>
    {
        await change().ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => json.WriteString("result", "done")).ConfigureAwait(false);
    });

    private static async Task AnswerAsync(HttpContext context, Func<Task> act)
    {
        try
        {
            // Nobody is asked who he is here, and browsers reach loopback: what a page of somebody else's sends is refused.
            if (context.Request.Headers.Origin.Count > 0) throw new BadHttpRequestException("requests of web pages are not taken", StatusCodes.Status403Forbidden);
            await act().ConfigureAwait(false);
        }
        catch (BadHttpRequestException wrong)
        {
            await JsonAnswer.ErrorAsync(context, wrong.StatusCode, wrong.Message).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is DataFileException or ArgumentOutOfRangeException)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status409Conflict, refused.Message.ReplaceLineEndings(" ")).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "the server is ending").ConfigureAwait(false);
        }
    }

    private static void Models(Utf8JsonWriter json, ModelHost host)
    {
        json.WriteString("path", host.Path);
        json.WriteNumber("memory_bytes", host.MemoryBytes);
        json.WriteStartArray("models");
        foreach (ModelInfo model in host.Models)
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteNumber("canary_percent", model.CanaryPercent);
            WriteTexts(json, "pinned", model.Pinned);
            WriteTexts(json, "problems", model.Problems);
            json.WriteStartArray("versions");
            foreach (ModelVersionInfo version in model.Versions) Write(json, version);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ModelVersionInfo version)
    {
        json.WriteStartObject();
        json.WriteNumber("version", version.Version);
        WriteTexts(json, "labels", version.Labels);
        json.WriteString("refused", version.Refused);
        json.WriteBoolean("loaded", version.Generation is not null);
        if (version.Generation is { } generation)
        {
            json.WriteNumber("memory_bytes", generation.Bytes);
            json.WriteString("provider", generation.Session.Provider.Used.ToString().ToLowerInvariant());
            json.WriteString("fallback", generation.Session.Provider.FallbackReason);
            json.WriteNumber("self_test_error", generation.SelfTestError);
        }
        if (version.Drift is { } drift)
        {
            json.WriteStartObject("shadow");
            json.WriteNumber("served", drift.Served);
            json.WriteNumber("samples", drift.Samples);
            json.WriteNumber("rows", drift.Rows);
            json.WriteNumber("failures", drift.Failures);
            WriteNumber(json, "rank_correlation", drift.RankCorrelation);
            WriteNumber(json, "difference_p50", drift.DifferenceMedian);
            WriteNumber(json, "difference_p95", drift.Difference95);
            WriteNumber(json, "difference_p99", drift.Difference99);
            WriteNumber(json, "difference_max", drift.DifferenceMax);
            WriteNumber(json, "latency_ratio", drift.LatencyRatio);
            json.WriteString("verdict", drift.Verdict);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double number)
    {
        if (double.IsFinite(number)) json.WriteNumber(name, number);
        else json.WriteNull(name); // nothing to tell yet
    }

    private static string Model(HttpContext context) => (string)context.GetRouteValue("model")!;

    private static string Label(HttpContext context) => (string)context.GetRouteValue("label")!;

    private static int Version(object? text) => int.TryParse((string?)text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0 ? version
        : throw new BadHttpRequestException($"version: '{text}' (expected 1 to {int.MaxValue})");

    private static double Percent(HttpContext context) =>
        double.TryParse(context.Request.Query["percent"], NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100 ? percent
            : throw new BadHttpRequestException($"percent: '{context.Request.Query["percent"]}' (expected 0 to 100)");
}
