using BenchmarkDotNet.Attributes;

namespace Rubato.Bench;

/// <summary>
/// What does paying for a slate add to a RECOMMEND of 500 candidates that 200 campaigns promote: pacing, frequency caps, reservations, and the quality
/// floor on top? All candidates are promoted, ten slots are filled, and every call is another listener's.
/// </summary>
[MemoryDiagnoser, MinColumn, MedianColumn]
public class SlateAllocationBench
{
    private const int Candidates = 500, Campaigns = 200, Slots = 10, RequestCount = 64;

    private static readonly BatchLimits Limits = new()
    {
        RequestsMax = 1, CandidatesMax = Candidates, BatchCandidatesMax = Candidates, SlotsMax = Slots, RetrievalDepth = Slots, RetrievalDepthMax = Candidates, PromotedDepth = 0,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rubato-slate-").FullName;
    private readonly float[][] _listeners = new float[RequestCount][];
    private readonly long[][] _candidates = new long[RequestCount][];
    private readonly RequestBatch _requests = new(BenchCatalogue.Dimension, Limits);
    private readonly ResponseBatch _responses = new(Limits);
    private BenchCatalogue _catalogue = null!;
    private Engine _free = null!, _paid = null!;
    private EngineLane _freeLane = null!, _paidLane = null!;
    private ulong _next;

    [GlobalSetup]
    public void Setup()
    {
        _catalogue = new BenchCatalogue(campaigns: false, Limits);
        var random = new Random(20_260_801);
        long[] promoted = [.. _catalogue.TrackIds.OrderBy(_ => random.Next()).Take(Campaigns * 20)];
        string campaigns = Path.Combine(_folder, "campaigns.json");
        BenchCampaigns.Write(campaigns, Campaigns, promoted);
        EngineOptions options = _catalogue.Options with { CampaignsPath = campaigns };
        _free = Engine.Open(options);
        _paid = Engine.Open(options with
        {
            LedgerPath = Path.Combine(_folder, "ledger"), Pacing = new PacingOptions(),
            LedgerOptions = new LedgerOptions { LeaseReservationsMin = 16_384, LeaseReservationsMax = 16_384, LeaseMicrosMax = 1L << 40 },
        });
        (_freeLane, _paidLane) = (_free.CreateLane(), _paid.CreateLane());
        for (int i = 0; i < RequestCount; i++)
        {
            _listeners[i] = [.. Enumerable.Range(0, BenchCatalogue.Dimension).Select(_ => random.NextSingle() - 0.5f)];
            _candidates[i] = [.. promoted.OrderBy(_ => random.Next()).Take(Candidates)];
        }
        WarmUp();
        Score(_paidLane, lossMax: 1);
        if (_responses.Slates.Reservations != Slots) throw new InvalidOperationException($"{_responses.Slates} of {Slots} slots");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _freeLane.Dispose();
        _paidLane.Dispose();
        _free.Dispose();
        _paid.Dispose();
        _catalogue.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The same request of an engine without a ledger.</summary>
    [Benchmark(Baseline = true)]
    public void Free() => Score(_freeLane, lossMax: 1);

    /// <summary>Pacing, caps, reservations.</summary>
    [Benchmark]
    public void Paid() => Score(_paidLane, lossMax: 1);

    /// <summary>And a quality floor that binds.</summary>
    [Benchmark]
    public void PaidAboveTheFloor() => Score(_paidLane, lossMax: 0.02);

    // All three, whatever is measured first: code of the first tier is several times slower, and short iterations would measure that.
    private void WarmUp()
    {
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 2000; i++)
            {
                Free();
                Paid();
                PaidAboveTheFloor();
            }
            Thread.Sleep(200); // the compiler's second tier works when no first tier has for a while
        }
    }

    private void Score(EngineLane lane, double lossMax)
    {
        int request = (int)(++_next % RequestCount);
        _requests.Clear();
        _requests.AddRecommend(_listeners[request], new SlateSettings(Slots, LicensorSlotsMax: 3, QualityLossMax: lossMax),
            new RequestSettings { ListenerId = _next }, _candidates[request]);
        lane.Score(_requests, _responses);
    }
}
