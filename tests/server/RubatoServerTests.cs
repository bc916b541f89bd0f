using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>Start and drain.</summary>
public sealed class RubatoServerTests
{
    [Fact]
    public async Task ADrainAnswersWhatIsInFlightAndThenCloses()
    {
        await using var server = new TestServer();
        using RawConnection busy = server.Connect(), idle = server.Connect();
        server.Clock.Close();
        busy.Send(RawConnection.Recommend(1, TestServer.Listener()));
        server.Clock.WaitForVisitor();
        Task drained = server.Server.DrainAsync();
        foreach (RawConnection connection in new[] { busy, idle })
        {
            PlainFrame goAway = connection.Read();
            Assert.Equal((4, 6, 0ul, (ushort)ErrorCode.Draining), (goAway.Kind, goAway.Opcode, goAway.RequestId, goAway.Status));
        }
        Assert.False(server.Server.IsReady);
        idle.AssertClosed(); // quiet
        busy.Send(RawConnection.Ping(2)); // not forbidden, only unwise
        Assert.Equal(2ul, busy.Read().RequestId);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => new RawConnection(server.Address)).SocketErrorCode);
        Assert.False(drained.IsCompleted);
        Assert.False(server.Server.DrainAsync().IsCompleted); // a second caller waits for the same drain
        server.Clock.Open();
        Assert.Equal((2, 1ul), (busy.Read().Kind, busy.LastRequestId));
        busy.AssertClosed();
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(server.Server.Connections);
    }

    [Fact]
    public async Task ADrainEndsConnectionsThatDoNotCooperate()
    {
        await using var server = new TestServer(options => options.Limits.DrainSecondsMax = 1);
        using RawConnection chatty = server.Connect();
        using var silent = new RawConnection(server.Address); // has not even said HELLO
        bool stop = false;
        Task chat = Task.Run(() =>
        {
            try
            {
                for (ulong id = 1; !Volatile.Read(ref stop); id++)
                {
                    chatty.Send(RawConnection.Ping(id));
                    chatty.Read();
                }
            }
            catch (Exception ended) when (ended is SocketException or Xunit.Sdk.XunitException)
            {
                // Closed by the server in the middle of a talk.
            }
        });
        await server.Server.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Volatile.Write(ref stop, true);
        await chat.WaitAsync(TimeSpan.FromSeconds(40));
        Assert.Empty(server.Server.Connections);
    }

    [Fact]
    public async Task APortInUseAndAnAddressOfAnotherMachineAreNamed()
    {
        await using var server = new TestServer();
        foreach (IPEndPoint address in new[] { server.Address, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7400) })
        {
            var refused = Assert.Throws<ConfigurationException>(() => new TestServer(options => options.Listen = address));
            Assert.StartsWith($"Server:Listen = {address} cannot be listened on: ", refused.Message);
            Assert.DoesNotContain('\n', refused.Message);
            var admin = await Assert.ThrowsAsync<ConfigurationException>(() => AdminEndpoint.StartAsync(address, server.Server));
            Assert.StartsWith($"Server:Admin = {address} cannot be listened on: ", admin.Message);
            Assert.DoesNotContain('\n', admin.Message);
        }
        server.AssertHealthy();
    }

    [Fact]
    public async Task AServerThatIsGoneLeavesItsPortAndItsMeterBehind()
    {
        using var folder = new TemporaryFolder();
        var seen = new HashSet<object>();
        using var meters = new System.Diagnostics.Metrics.MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ServerMetrics.MeterName) listener.EnableMeasurementEvents(instrument, instrument.Meter);
        };
        meters.MeasurementsCompleted = (instrument, _) =>
        {
            lock (seen) seen.Add(instrument.Meter);
        };
        meters.Start();
        string catalogue = Snapshots.Write(folder, 1, 20, 4);
        var options = new ServerOptions { Listen = new(IPAddress.Loopback, 0), Engine = new EngineOptions { CataloguePath = catalogue } };
        for (int i = 0; i < 2; i++)
        {
            await using var server = new RubatoServer(options, NullLogger.Instance);
            options.Listen = server.Address; // the next one takes the same port
        }
        Assert.True(seen.Count >= 2, "a meter of a server that is gone still counts");
    }
}
