using System.Globalization;
using System.Text;
using Rubato.Tests.Ledgers;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>
/// A catalogue of 100 tracks whose relevance to the listener (1, 0, 0, 0) falls with the row, campaigns as a test needs them, and an engine with a
/// ledger, a clock that is moved by hand and no thread of its own.
/// </summary>
internal sealed class OnlineWorld : IDisposable
{
    public const int Tracks = 100, ExplicitTrack = 97;
    public static readonly float[] Listener = [1, 0, 0, 0];
    private readonly TemporaryFolder _folder = new();

    /// <param name="campaigns">each a JSON object, see <see cref="Campaign"/></param>
    public OnlineWorld(params string[] campaigns)
    {
        var vectors = new float[Tracks * 4];
        for (int row = 0; row < Tracks; row++) vectors[row * 4] = 1 - row * 0.01f;
        var columns = new TrackColumns(Tracks);
        for (int row = 0; row < Tracks; row++) columns.Licensors[row] = (uint)(row % 10) + 1;
        columns.SetExplicit(ExplicitTrack, true);
        CatalogueBuilder.Build(_folder.File("c.rbt"), vectors, 4, null, columns, Clock.Now);
        WriteCampaigns(campaigns);
    }

    public VirtualClock Clock { get; } = new();

    public string LedgerPath => _folder.File("ledger");

    public string CampaignsPath => _folder.File("campaigns.json");

    public EngineOptions Options => new()
    {
        CataloguePath = _folder.File("c.rbt"), CampaignsPath = CampaignsPath, LedgerPath = LedgerPath, Clock = Clock, Background = false,
        SearchThreads = 1, FrequencyBytes = 1 << 16, LedgerOptions = new LedgerOptions { BufferBytes = 32 << 10 },
        Limits = new BatchLimits { RequestsMax = 8, CandidatesMax = 100, BatchCandidatesMax = 800, SlotsMax = 50, RetrievalDepth = 100, RetrievalDepthMax = 100, PromotedDepth = 0 },
    };

    /// <summary>A campaign of one delivery = 1,000 micro-units that runs for a month.</summary>
    public static string Campaign(uint id, long[] tracks, long budget = 1_000_000, long spend = 1000, double value = 1, string more = "") => string.Create(
        CultureInfo.InvariantCulture, $$"""
        {"id":{{id}},"name":"c{{id}}","licensor":1,"tracks":[{{string.Join(',', tracks)}}],"valueMicros":{{(long)(value * 1e6)}},"spendMicros":{{spend}},
         "budgetMicros":{{budget}},"start":"2026-07-15T00:00:00Z","end":"2026-08-15T00:00:00Z"{{(more.Length > 0 ? "," + more : "")}}}
        """);

    public static byte[] Json(params string[] campaigns) => Encoding.UTF8.GetBytes($$"""{"campaigns":[{{string.Join(',', campaigns)}}]}""");

    public void WriteCampaigns(params string[] campaigns) => File.WriteAllBytes(CampaignsPath, Json(campaigns));

    public void Dispose() => _folder.Dispose();
}
