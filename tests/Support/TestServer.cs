using System.Net;
using Rubato.Client;
using Rubato.Server;

namespace Rubato.Tests.Support;

/// <summary>A server in this process, on a free loopback port, with a small catalogue whose track ids are 0 to 199.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const int Tracks = 200, Dimension = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly ErrorLog _log;

    /// <param name="configure">limits and other options</param>
    /// <param name="port">0 = a free one</param>
    /// <param name="log">null keeps errors only</param>
    public TestServer(Action<ServerOptions>? configure = null, int port = 0, ErrorLog? log = null)
    {
        _log = log ?? new ErrorLog();
        CatalogueBuilder.Build(_folder.File("c.rbt"), Vectors.Uniform(new Random(1), Tracks * Dimension), Dimension);
        var options = new ServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, port),
            Engine = new EngineOptions { CataloguePath = _folder.File("c.rbt"), Limits = Small, Clock = Clock },
        };
        configure?.Invoke(options);
        Server = new RubatoServer(options, _log);
    }

    /// <summary>Sizes that keep lanes small; BatchMax requests of CandidatesMax candidates do not fit into one batch.</summary>
    public static BatchLimits Small { get; } = new()
    {
        RequestsMax = 16, CandidatesMax = 1000, BatchCandidatesMax = 2000, SlotsMax = 64, RetrievalDepth = 64, RetrievalDepthMax = 100, PromotedDepth = 30, DeniedLicensorsMax = 8,
    };

    public RubatoServer Server { get; }

    /// <summary>The engine's clock; open again at the latest when the server is disposed.</summary>
    public GateClock Clock { get; } = new();

    public IPEndPoint Address => Server.Address;

    /// <summary>A listener vector with which every request is sound.</summary>
    public static float[] Listener(int seed = 1) => Vectors.Uniform(new Random(seed), Dimension);

    public static long[] Candidates(int count) => [.. Enumerable.Range(0, count).Select(i => (long)(i % Tracks))];

    public Task<RubatoClient> ClientAsync(ClientOptions? options = null) => RubatoClient.ConnectAsync(Address, options);

    /// <summary>A raw connection that has shaken hands.</summary>
    public RawConnection Connect()
    {
        var connection = new RawConnection(Address);
        connection.SayHello();
        return connection;
    }

    /// <summary>The server is up: a new connection is answered. And it has found no fault with itself.</summary>
    public void AssertHealthy()
    {
        using RawConnection connection = Connect();
        connection.Send(RawConnection.Score(99, Listener(), Candidates(3)));
        Assert.Equal((2, 99ul), (connection.Read().Kind, connection.LastRequestId));
        Assert.Empty(_log.Errors);
    }

    /// <summary>Forgets errors that a test has caused on purpose.</summary>
    public void ForgetErrors() => _log.Errors.Clear();

    /// <summary>Waits for something that the server does in its own time.</summary>
    public static void WaitUntil(Func<bool> condition, string what)
    {
        for (long end = Environment.TickCount64 + 30_000; !condition(); Thread.Sleep(5))
            Assert.True(Environment.TickCount64 < end, what);
    }

    public async ValueTask DisposeAsync()
    {
        Clock.Open();
        await Server.DisposeAsync();
        Clock.Dispose();
        _folder.Dispose();
        Assert.Empty(_log.Errors);
    }
}
