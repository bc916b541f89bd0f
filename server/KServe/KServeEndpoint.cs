using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rubato.Server;

/// <summary>The Open Inference Protocol (KServe v2) over HTTP, on an address of its own: health, metadata, readiness, infer.</summary>
internal sealed class KServeEndpoint : IAsyncDisposable
{
    private const int ConnectionsMax = 1024;
    private readonly WebApplication _application;

    private KServeEndpoint(WebApplication application, IPEndPoint address) => (_application, Address) = (application, address);

    /// <summary>The address, with the port that was taken.</summary>
    public IPEndPoint Address { get; }

    /// <param name="address">to listen on</param> <param name="server">one with models</param>
    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    public static async Task<KServeEndpoint> StartAsync(IPEndPoint address, RubatoServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // the server's own log tells what matters
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address);
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = server.Options.Models.KServeBytesMax;
        });
        WebApplication application = builder.Build();
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
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or SocketException) // in use; not of this machine, or not allowed
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new ConfigurationException($"Server:KServe = {address} cannot be listened on: {refused.Message}");
        }
        var bound = new Uri(application.Urls.First());
        return new KServeEndpoint(application, new IPEndPoint(address.Address, bound.Port));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
