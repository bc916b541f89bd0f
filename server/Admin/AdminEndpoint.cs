using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rubato.Server;

/// <summary>Health and metrics over HTTP, on an address of its own: /healthz, /readyz, /metrics; and models, where there are some.</summary>
internal sealed class AdminEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private AdminEndpoint(WebApplication application, IPEndPoint address)
    {
        _application = application;
        Address = address;
    }

    /// <summary>The address, with the port that was taken.</summary>
    public IPEndPoint Address { get; }

    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    public static async Task<AdminEndpoint> StartAsync(IPEndPoint address, RubatoServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // the server's own log tells what matters
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address);
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        WebApplication application = builder.Build();
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
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or SocketException) // in use; not of this machine, or not allowed
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new ConfigurationException($"Server:Admin = {address} cannot be listened on: {refused.Message}");
        }
        var bound = new Uri(application.Urls.First());
        return new AdminEndpoint(application, new IPEndPoint(address.Address, bound.Port));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
