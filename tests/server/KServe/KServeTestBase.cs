using System.Net;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A server with models and its Open Inference Protocol; both are missing where there is no ONNX Runtime, and the tests are skipped.</summary>
/// <param name="bytesMax">limit of a body</param> <param name="bytesTotalMax">limit of all bodies together</param>
public abstract class KServeTestBase(int bytesMax, int bytesTotalMax = 1 << 20) : IAsyncLifetime
{
    private HttpEndpoint? _endpoint;

    private protected ModelServer? Server { get; private set; }

    private protected HttpClient? Http { get; private set; }

    public async Task InitializeAsync()
    {
        try
        {
            Server = new ModelServer(options => (options.Limits.KServeBytesMax, options.Limits.KServeBytesTotalMax) = (bytesMax, bytesTotalMax));
            _endpoint = await KServeEndpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), Server.Server.Server);
            Http = new HttpClient { BaseAddress = new Uri($"http://{_endpoint.Address}") };
        }
        catch (SkipException)
        {
            // Told by every test.
        }
    }

    public async Task DisposeAsync()
    {
        Http?.Dispose();
        if (_endpoint is not null) await _endpoint.DisposeAsync();
        if (Server is not null) await Server.DisposeAsync();
    }
}
