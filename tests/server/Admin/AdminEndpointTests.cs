using System.Net;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class AdminEndpointTests
{
    [Fact]
    public async Task HealthReadinessAndMetricsAreServed()
    {
        await using var server = new TestServer();
        await using HttpEndpoint admin = await AdminEndpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), server.Server);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{admin.Address}") };
        using RawConnection connection = server.Connect();
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync("/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/")).Status);
        using HttpResponseMessage metrics = await http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType!.ToString());
        Assert.Equal(1, PrometheusTextTests.Parse(await metrics.Content.ReadAsStringAsync())["rubato_connections"]);

        server.Clock.Close();
        connection.Send(RawConnection.Recommend(1, TestServer.Listener()));
        server.Clock.WaitForVisitor();
        Task drained = server.Server.DrainAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), await GetAsync("/readyz"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/metrics")).Status);
        server.Clock.Open();
        Assert.Equal([2, 4], new int[] { connection.Read().Kind, connection.Read().Kind }.Order()); // the answer and GOAWAY: whoever is first
        connection.Dispose();
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/metrics")).Status); // after the last connection, too

        async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
        {
            using HttpResponseMessage response = await http.GetAsync(path);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }
}
