using System.Diagnostics;

namespace Rubato;

/// <summary>The stages with their scratch memory: one lane per thread that scores. Nothing is allocated after the first batches.</summary>
/// <remarks>Not safe for concurrent use; different lanes of one engine are. Dispose lanes before their engine.</remarks>
public sealed class EngineLane : IDisposable
{
    private readonly Engine _engine;
    private readonly RowSearcher? _ownSearcher;
    private readonly PromotedRows _promoted;
    private readonly Retriever _retriever;
    private readonly Ranker _ranker;
    private readonly Allocator _allocator;
    private readonly CandidateBatch _candidates;
    private readonly ObjectiveBatch _objectives;
    private LiveCampaigns _live;
    private CampaignTally _tally;

    internal EngineLane(Engine engine)
    {
        EngineOptions options = engine.Options;
        _engine = engine;
        _ownSearcher = engine.SharedSearcher is null ? new RowSearcher(engine.Catalogue, engine.ScanKernel) : null;
        _promoted = new PromotedRows(engine.Catalogue.Filters.Words);
        _retriever = new Retriever(engine.Catalogue, engine.ScoreKernel, engine.SharedSearcher ?? _ownSearcher!, _promoted, options.Limits.PromotedDepth);
        _ranker = new Ranker(options.RelevanceSlope, options.RelevanceOffset, engine.CreateModelRanker());
        _allocator = new Allocator(engine.Catalogue, options);
        _candidates = new CandidateBatch(options.Limits);
        _objectives = new ObjectiveBatch(options.Limits);
        _live = engine.Live;
        _tally = _live.NewTally();
    }

    /// <summary>Answers every request of a batch. A request with bad data gets a status, the others their answers.</summary>
    /// <param name="requests">made with this engine's dimension and limits; unchanged</param>
    /// <param name="responses">made with this engine's limits; overwritten</param>
    /// <exception cref="ArgumentException">A batch was made with another dimension or other limits.</exception>
    public void Score(RequestBatch requests, ResponseBatch responses)
    {
        if (requests.Dimension != _engine.Catalogue.Dimension)
            throw new ArgumentException($"dimension {requests.Dimension} (the catalogue's is {_engine.Catalogue.Dimension})", nameof(requests));
        if (requests.Limits != _engine.Options.Limits) throw new ArgumentException("made with other limits than the engine's", nameof(requests));
        if (responses.Limits != _engine.Options.Limits) throw new ArgumentException("made with other limits than the engine's", nameof(responses));

        LiveCampaigns live = _engine.Live; // one generation for the whole batch
        if (live != _live) (_live, _tally) = (live, live.NewTally());
        DateTimeOffset now = _engine.Options.Clock.GetUtcNow(); // and one instant
        long begun = Stopwatch.GetTimestamp();
        _promoted.Begin(live, now.UtcTicks);
        _retriever.Fill(requests, _candidates);
        long retrieved = Stopwatch.GetTimestamp();
        _ranker.Fill(_candidates, live.Book.Campaigns, _objectives);
        long ranked = Stopwatch.GetTimestamp();
        _allocator.Fill(_objectives, live, _tally, now, responses);
        responses.Ticks = new StageTicks(retrieved - begun, ranked - retrieved, Stopwatch.GetTimestamp() - ranked);
        responses.Search = _candidates.Search;
        responses.Generations = _engine.Generations;
        responses.SetModels(_objectives.Models);
    }

    /// <summary>Frees what is the lane's own.</summary>
    public void Dispose() => _ownSearcher?.Dispose();
}
