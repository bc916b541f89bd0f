using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rubato.Server;

/// <summary>Health and metrics over HTTP, on an address of its own: /healthz, /readyz, /metrics; and models, where there are some.</summary>
internal static class AdminEndpoint
{
    private const int ConnectionsMax = 64;

    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    public static Task<HttpEndpoint> StartAsync(IPEndPoint address, RubatoServer server) =>
        HttpEndpoint.StartAsync("Server:Admin", address, ConnectionsMax, bodyBytesMax: 0, application =>
        {
            application.MapGet("/healthz", (HttpContext context) => context.Response.WriteAsync("ok\n"));
            application.MapGet("/readyz", (HttpContext context) =>
            {
                context.Response.StatusCode = server.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return context.Response.WriteAsync(server.IsDraining ? "draining\n" : server.IsLedgerStopped ? "ledger stopped\n" : "ready\n");
            });
            application.MapGet("/metrics", (HttpContext context) =>
            {
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return context.Response.WriteAsync(PrometheusText.Write(server));
            });
            if (server.Models is { } models) ModelAdmin.Map(application, models.Host);
        });
}
