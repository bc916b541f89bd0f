using System.Diagnostics;

namespace Rubato;

/// <summary>Re-scores candidates with a ranker model: relevance = calibration(model(listener, candidate)). One per lane.</summary>
/// <remarks>
/// The candidates of all requests of a batch that get the same version run together. A request that the model does not answer keeps the
/// relevance it had, and names no model. In steady state nothing is allocated.
/// </remarks>
internal sealed class ModelRanker
{
    private readonly ModelHost _host;
    private readonly string _model;
    private readonly TimeSpan _timeMax;
    private readonly Catalogue _catalogue;
    private readonly RankerCounters _counters;
    private readonly ModelGeneration?[] _generations; // [requests] held, while a batch is ranked
    private readonly float[] _scores;
    private readonly int[] _group;
    private readonly List<(ModelGeneration Generation, RankerColumns? Columns)> _mapped = [];

    public ModelRanker(Engine engine, ModelHost host, string model)
    {
        (_host, _model, _timeMax) = (host, model, engine.Options.RankerTimeMax);
        (_catalogue, _counters) = (engine.Catalogue, engine.RankerCounters);
        BatchLimits limits = engine.Options.Limits;
        _generations = new ModelGeneration?[limits.RequestsMax];
        _group = new int[limits.RequestsMax];
        _scores = new float[limits.BatchCandidatesMax];
    }

    /// <summary>Overwrites the relevance of what the model answers, and says which version did.</summary>
    public void Fill(CandidateBatch candidates, ObjectiveBatch objectives)
    {
        long begun = Stopwatch.GetTimestamp();
        ReadOnlySpan<RequestRow> rows = candidates.Requests.Rows;
        try
        {
            for (int request = 0; request < rows.Length; request++)
            {
                if (!objectives.Outcomes[request].IsOk || candidates.Counts[request] == 0) continue;
                if (!_host.TryHold(_model, 0, "", rows[request].ListenerId, out _generations[request])) FallBack(RankerFallback.Unavailable, "no version of it is in service");
            }
            for (int request = 0; request < rows.Length; request++)
                if (_generations[request] is { } generation) FillGroup(generation, request, candidates, objectives, begun);
        }
        finally
        {
            Array.Clear(_generations, 0, rows.Length);
        }
    }

    // All requests of one version from this one on, together.
    private void FillGroup(ModelGeneration generation, int first, CandidateBatch candidates, ObjectiveBatch objectives, long begun)
    {
        int count = 0;
        for (int request = first; request < candidates.Requests.Count; request++)
        {
            if (_generations[request] != generation) continue;
            _group[count++] = request;
            _generations[request] = null;
        }
        ReadOnlySpan<int> group = _group.AsSpan(0, count);
        try
        {
            if (ColumnsOf(generation) is { } columns) RankOrEachAlone(generation, columns, group, candidates, objectives, begun);
            else
                for (int i = 0; i < count; i++) FallBack(RankerFallback.Unavailable, $"version {generation.Version} is none for this catalogue");
        }
        finally
        {
            for (int i = 0; i < count; i++) generation.Release();
        }
    }

    private void RankOrEachAlone(ModelGeneration generation, RankerColumns columns, ReadOnlySpan<int> group, CandidateBatch candidates, ObjectiveBatch objectives, long begun)
    {
        if (Rank(generation, columns, group, candidates, objectives, begun, tellFailure: group.Length == 1) || group.Length == 1) return;
        for (int i = 0; i < group.Length; i++) Rank(generation, columns, group.Slice(i, 1), candidates, objectives, begun, tellFailure: true); // one bad request fails alone
    }

    private bool Rank(ModelGeneration generation, RankerColumns columns, ReadOnlySpan<int> group, CandidateBatch candidates, ObjectiveBatch objectives, long begun, bool tellFailure)
    {
        ModelBatch batch = generation.RentBatch();
        try
        {
            Run(generation, columns, batch, group, candidates, begun);
            foreach (int request in group)
            {
                int start = candidates.Starts[request], count = candidates.Counts[request];
                Calibration.Apply(generation.Manifest.Calibration, _scores.AsSpan(start, count), objectives.Relevance.Slice(start, count));
                objectives.Models[request] = generation.Version;
                _counters.CountRanked();
            }
            return true;
        }
        catch (ModelDeadlineException)
        {
            foreach (int _ in group) FallBack(RankerFallback.Late, $"version {generation.Version} did not answer within {_timeMax.TotalMilliseconds} ms");
            return true; // trying again would take as long
        }
        catch (ModelRunException failure)
        {
            if (tellFailure) FallBack(RankerFallback.Failed, $"version {generation.Version} failed: {failure.Message}");
            return false;
        }
        finally
        {
            generation.ReturnBatch(batch);
        }
    }

    // Fills batch after batch with the candidates of the group, and puts the scores where the candidates are.
    private void Run(ModelGeneration generation, RankerColumns columns, ModelBatch batch, ReadOnlySpan<int> group, CandidateBatch candidates, long begun)
    {
        int filled = 0, firstOfBatch = 0, doneOfFirst = 0; // where the scores of this batch go: from so many candidates of group[firstOfBatch] on
        for (int i = 0; i < group.Length; i++)
        {
            int start = candidates.Starts[group[i]], count = candidates.Counts[group[i]];
            for (int done = 0; done < count;)
            {
                if (filled == batch.RowsMax || (filled > 0 && done == 0 && batch.SharesInputs)) Flush(i, done, group, candidates);
                int take = Math.Min(count - done, batch.RowsMax - filled);
                columns.Fill(batch, filled, candidates, group[i], start + done, take);
                filled += take;
                done += take;
            }
        }
        Flush(group.Length, 0, group, candidates);

        void Flush(int end, int doneOfEnd, ReadOnlySpan<int> group, CandidateBatch candidates)
        {
            long runBegun = Stopwatch.GetTimestamp();
            generation.Session.Run(batch, filled, _timeMax - Stopwatch.GetElapsedTime(begun, runBegun));
            generation.Counters.CountRun(filled, Stopwatch.GetTimestamp() - runBegun);
            generation.Trial?.Offer(batch, 0, filled);
            ReadOnlySpan<float> scores = batch.Output<float>(columns.Score);
            for (; firstOfBatch < end || (firstOfBatch == end && doneOfFirst < doneOfEnd); firstOfBatch++, doneOfFirst = 0)
            {
                int start = candidates.Starts[group[firstOfBatch]] + doneOfFirst;
                int count = (firstOfBatch == end ? doneOfEnd : candidates.Counts[group[firstOfBatch]]) - doneOfFirst;
                scores[..count].CopyTo(_scores.AsSpan(start));
                scores = scores[count..];
            }
            (filled, firstOfBatch, doneOfFirst) = (0, end, doneOfEnd);
        }
    }

    // Mapped once for each version; those that are out of service are forgotten when a new one comes.
    private RankerColumns? ColumnsOf(ModelGeneration generation)
    {
        foreach ((ModelGeneration known, RankerColumns? columns) in _mapped)
            if (known == generation) return columns;
        const int kept = 4; // stable and canary, and those on their way out
        if (_mapped.Count == kept) _mapped.RemoveAt(0);
        RankerColumns? mapped = RankerColumns.TryMap(generation, _catalogue, out _);
        _mapped.Add((generation, mapped));
        return mapped;
    }

    private void FallBack(RankerFallback reason, string problem)
    {
        _counters.CountFallback(reason);
        _host.WarnNowAndThen($"ranker '{_model}': {problem}; relevance is the calibrated similarity");
    }
}
