using System.Text;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A server with a ledger: tracks 0 to 199, and campaigns of one track and 1,000 micro-units per delivery each.</summary>
internal sealed class PaidServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PaidServer(int campaigns = 3, long budget = 100_000, Action<ServerOptions>? configure = null)
    {
        WriteCampaigns(campaigns, budget);
        Test = new TestServer(options =>
        {
            options.Engine = options.Engine with
            {
                CampaignsPath = CampaignsPath, LedgerPath = LedgerPath, FrequencyBytes = 1 << 16,
                LedgerOptions = new LedgerOptions { BufferBytes = 32 << 10, MaintenanceMillis = 5 },
            };
            configure?.Invoke(options);
        });
    }

    public TestServer Test { get; }

    public Engine Engine => Test.Server.Engine;

    public string LedgerPath => _folder.File("ledger");

    public string CampaignsPath => _folder.File("campaigns.json");

    /// <summary>Campaign i + 1 promotes track i.</summary>
    public static byte[] Json(int campaigns, long budget, string more = "") => Encoding.UTF8.GetBytes("{\"campaigns\":[" + string.Join(',',
        Enumerable.Range(0, campaigns).Select(i => $$"""
            {"id":{{i + 1}},"name":"c","licensor":1,"tracks":[{{i}}],"valueMicros":5000000,"spendMicros":1000,"budgetMicros":{{budget}},
             "start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z"{{more}}}
            """)) + "]}");

    public void WriteCampaigns(int campaigns, long budget) => File.WriteAllBytes(CampaignsPath, Json(campaigns, budget));

    public static ScoreQuery Query(int candidates, ushort slots, ulong listener = 0) => new()
    {
        Listener = TestServer.Listener(), Candidates = TestServer.Candidates(candidates), Slots = slots, ListenerId = listener, Breakdown = true,
    };

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        _folder.Dispose();
    }
}
