using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rubato.Server;

/// <summary>The Open Inference Protocol (KServe v2) over HTTP, on an address of its own: health, metadata, readiness, infer.</summary>
internal static class KServeEndpoint
{
    private const int ConnectionsMax = 1024;

    /// <param name="address">to listen on</param> <param name="server">one with models</param>
    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    public static Task<HttpEndpoint> StartAsync(IPEndPoint address, RubatoServer server) =>
        HttpEndpoint.StartAsync("Server:KServe", address, ConnectionsMax, server.Options.Limits.KServeBytesMax, application =>
        {
            var service = new KServeService(server);
            application.MapGet("/v2", (HttpContext context) => service.ServerAsync(context));
            application.MapGet("/v2/health/live", (HttpContext context) => service.HealthAsync(context, "live", live: true));
            application.MapGet("/v2/health/ready", (HttpContext context) => service.HealthAsync(context, "ready", server.IsReady));
            foreach (string model in new[] { "/v2/models/{model}", "/v2/models/{model}/versions/{version}" })
            {
                application.MapGet(model, (HttpContext context) => service.MetadataAsync(context));
                application.MapGet($"{model}/ready", (HttpContext context) => service.ReadyAsync(context));
                application.MapPost($"{model}/infer", (HttpContext context) => service.InferAsync(context));
            }
        });
}
