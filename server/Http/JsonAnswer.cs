using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Rubato.Server;

/// <summary>Answers HTTP requests with one JSON object.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> properties)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
        await json.FlushAsync().ConfigureAwait(false);
    }

    public static Task ErrorAsync(HttpContext context, int status, string message) =>
        WriteAsync(context, status, json => json.WriteString("error", message));
}
