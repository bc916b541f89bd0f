using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class ServerMetricsTests
{
    [Fact]
    public async Task CountersNeverFallWhileConnectionsComeAndGo()
    {
        await using var server = new TestServer();
        using var stop = new CancellationTokenSource();
        Task traffic = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) server.Connect().Dispose();
        });
        (long received, long sent) = (0, 0);
        for (int i = 0; i < 300; i++, Thread.Sleep(1))
        {
            (long nowReceived, long nowSent) = server.Server.Bytes;
            Assert.True(nowReceived >= received && nowSent >= sent, $"{received} → {nowReceived}, {sent} → {nowSent}");
            (received, sent) = (nowReceived, nowSent);
            Assert.Equal(0, server.Server.Metrics.RequestsFailed);
        }
        await stop.CancelAsync();
        await traffic;
        TestServer.WaitUntil(() => server.Server.Connections.Length == 0, "a connection is still open");
        Assert.Equal(192 * server.Server.Metrics.RequestsOk, server.Server.Metrics.BytesReceived); // one HELLO each
    }
}
