using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rubato.Server;

/// <summary>One address that is served over HTTP.</summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    private const int ReadAheadBytesMax = 64 * 1024; // of each connection, before anybody asks for it; the framework's megabyte would be a gigabyte for all

    private readonly WebApplication _application;

    private HttpEndpoint(WebApplication application, IPEndPoint address) => (_application, Address) = (application, address);

    /// <summary>The address, with the port that was taken.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Begins to serve.</summary>
    /// <param name="key">the setting that the address comes from, for the error</param> <param name="address">to listen on</param>
    /// <param name="connectionsMax">connections at a time</param> <param name="bodyBytesMax">bytes of a request's body</param>
    /// <param name="map">adds the routes</param>
    /// <exception cref="ConfigurationException">The address cannot be listened on.</exception>
    public static async Task<HttpEndpoint> StartAsync(string key, IPEndPoint address, int connectionsMax, long bodyBytesMax, Action<WebApplication> map)
    {
        // Empty: no settings file and no variable of the framework changes what is served where, and the server's own log tells what matters.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address);
            kestrel.Limits.MaxConcurrentConnections = connectionsMax;
            kestrel.Limits.MaxRequestBodySize = bodyBytesMax;
            kestrel.Limits.MaxRequestBufferSize = ReadAheadBytesMax;
        });
        WebApplication application = builder.Build();
        map(application);
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or SocketException) // in use; not of this machine, or not allowed
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new ConfigurationException($"{key} = {address} cannot be listened on: {refused.Message}");
        }
        var bound = new Uri(application.Urls.First());
        return new HttpEndpoint(application, new IPEndPoint(address.Address, bound.Port));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>Ends with whoever started it. The framework's own lifetime would take every SIGTERM and Ctrl-C for handled, the second one too.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
