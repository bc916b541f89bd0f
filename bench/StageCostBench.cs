using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Rubato.Wire;

namespace Rubato.Bench;

/// <summary>
/// What does one SCORE of 100 candidates at dimension 64 cost stage by stage, from the received frame to the written reply, without campaigns
/// and with forty of them? Every call takes another of 256 requests, so that rows come from the third cache, as in a server,
/// not from the first two.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class StageCostBench
{
    private const int RequestCount = 256, Candidates = 100;

    private static readonly BatchLimits Limits = new()
    {
        RequestsMax = 1, CandidatesMax = Candidates, BatchCandidatesMax = Candidates, SlotsMax = 1, RetrievalDepth = 1, RetrievalDepthMax = 1, PromotedDepth = 0,
    };

    private readonly FrameScratch _scratch = new();
    private readonly ReplyBuffer _output = new(FrameHeader.Bytes + ScoresReply.PayloadBytes(Candidates, false, false));
    private readonly int[] _rows = new int[Candidates];
    private readonly float[] _similarities = new float[Candidates];
    private readonly RequestBatch[] _requests = new RequestBatch[RequestCount];
    private readonly CandidateBatch[] _candidates = new CandidateBatch[RequestCount];
    private readonly ObjectiveBatch[] _objectives = new ObjectiveBatch[RequestCount];
    private readonly ResponseBatch _responses = new(Limits);
    private BenchCatalogue _catalogue = null!;
    private ScoreFrames _frames = null!;
    private Engine _engine = null!;
    private EngineLane _lane = null!;
    private RowSearcher _searcher = null!;
    private Retriever _retriever = null!;
    private Ranker _ranker = null!;
    private Allocator _allocator = null!;
    private CampaignTally _tally = null!;
    private int _next;

    [Params(false, true)]
    public bool Campaigns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _catalogue = new BenchCatalogue(Campaigns, Limits);
        EngineOptions options = _catalogue.Options;
        _frames = new ScoreFrames(RequestCount, BenchCatalogue.Dimension, Candidates, _catalogue.TrackIds);
        _engine = Engine.Open(options);
        _lane = _engine.CreateLane();
        _searcher = new RowSearcher(_engine.Catalogue, _engine.ScanKernel, options.SearchThreads);
        _retriever = new Retriever(_engine.Catalogue, _engine.ScoreKernel, _searcher, new PromotedRows(_engine.Catalogue.Filters.Words), Limits.PromotedDepth);
        _ranker = new Ranker(options.RelevanceSlope, options.RelevanceOffset, model: null);
        _allocator = new Allocator(_engine.Catalogue, options);
        _tally = _engine.Live.NewTally();
        for (int i = 0; i < RequestCount; i++)
        {
            _requests[i] = _engine.CreateRequests();
            Add(_frames.Payload(i), _requests[i]);
            _candidates[i] = new CandidateBatch(Limits);
            _retriever.Fill(_requests[i], _candidates[i]);
            _objectives[i] = new ObjectiveBatch(Limits);
            _ranker.Fill(_candidates[i], _engine.Campaigns, _objectives[i]);
        }
        _lane.Score(_requests[0], _responses);
        if (!_responses.Outcomes[0].IsOk) throw new InvalidOperationException(_responses.Outcomes[0].ToString());
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _searcher.Dispose();
        _lane.Dispose();
        _engine.Dispose();
        _catalogue.Dispose();
    }

    /// <summary>All of it.</summary>
    [Benchmark(Baseline = true)]
    public void FrameToReply()
    {
        int request = Next();
        RequestBatch requests = _requests[request];
        requests.Clear();
        Add(ReadFrame(request), requests);
        _lane.Score(requests, _responses);
        WriteReply(_responses.Scores(0));
    }

    /// <summary>Frame: header and payload checksums.</summary>
    [Benchmark]
    public int FrameRead() => ReadFrame(Next()).Length;

    /// <summary>Payload: counts and places checked, values finite, a row of the batch.</summary>
    [Benchmark]
    public void PayloadRead()
    {
        int request = Next();
        _requests[request].Clear();
        Add(_frames.Payload(request), _requests[request]);
    }

    /// <summary>Engine, the three stages below with their clocks.</summary>
    [Benchmark]
    public void EngineLane() => _lane.Score(_requests[Next()], _responses);

    /// <summary>Retrieval: rows of the ids, then similarities.</summary>
    [Benchmark]
    public void Retrieval()
    {
        int request = Next();
        _retriever.Fill(_requests[request], _candidates[request]);
    }

    /// <summary>Of retrieval: rows of the ids.</summary>
    [Benchmark]
    public void RowsOfIds() => _engine.Catalogue.RowsOf(_requests[Next()].Rows[0].Candidates.Span, _rows);

    /// <summary>Of retrieval: similarities.</summary>
    [Benchmark]
    public void Similarity()
    {
        int request = Next();
        _engine.ScoreKernel.Score(_requests[request].Rows[0].Listener.Span, _engine.Catalogue.Items, _candidates[request].Rows, _similarities);
    }

    /// <summary>Ranking: the logistic.</summary>
    [Benchmark]
    public void Ranking()
    {
        int request = Next();
        _ranker.Fill(_candidates[request], _engine.Campaigns, _objectives[request]);
    }

    /// <summary>Allocation: the best campaign of each candidate at today's prices.</summary>
    [Benchmark]
    public void Allocation() => _allocator.Fill(_objectives[Next()], _engine.Live, _tally, DateTimeOffset.UtcNow, _responses);

    /// <summary>Reply: block, scores, both checksums.</summary>
    [Benchmark]
    public void ReplyWrite() => WriteReply(_similarities);

    private int Next() => _next = (_next + 1) % RequestCount;

    private ReadOnlySpan<byte> ReadFrame(int index)
    {
        var reader = new FrameReader(new ReadOnlySequence<byte>(_frames[index]), 1 << 20, _scratch);
        return reader.TryRead(out _, out ReadOnlySpan<byte> payload) == FrameStatus.Done ? payload : throw new InvalidOperationException("not a frame");
    }

    private static void Add(ReadOnlySpan<byte> payload, RequestBatch requests)
    {
        if (!ScoreRequest.TryRead(payload, out ScoreRequest request, out _)
            || requests.AddScore(Pinned(request.Listener), Pinned(request.Candidates), default) != 0)
            throw new InvalidOperationException("not a request");
    }

    private void WriteReply(ReadOnlySpan<float> scores)
    {
        int payloadBytes = ScoresReply.PayloadBytes(scores.Length, withTracks: false, withBreakdown: false);
        Span<byte> frame = FrameWriter.Reserve(_output, payloadBytes);
        ScoresReplyParts parts = ScoresReply.Begin(FrameWriter.Payload(frame), scores.Length, withTracks: false, withBreakdown: false, default);
        scores.CopyTo(parts.Scores);
        FrameWriter.Seal(_output, frame, payloadBytes, new FrameHeader { Kind = FrameKind.Reply, Opcode = Opcode.Score });
    }

    // SAFETY: the frames lie in pinned memory that lives as long as the benchmark.
    private static unsafe PinnedSpan<T> Pinned<T>(ReadOnlySpan<T> span) where T : unmanaged =>
        new((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span)), span.Length);
}
