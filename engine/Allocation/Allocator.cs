namespace Rubato;

/// <summary>ObjectiveBatch → ResponseBatch: weighs objectives against prices, and picks the slates.</summary>
internal sealed class Allocator(Catalogue catalogue, PriceBook book, BatchLimits limits)
{
    private readonly float[] _scores = new float[Math.Max(limits.CandidatesMax, limits.RetrievalDepthMax)];
    private readonly int[] _chosen = new int[limits.SlotsMax];
    private readonly SlateSelector _selector = new(limits);

    /// <param name="objectives">the objectives of every candidate</param>
    /// <param name="now">instant at which campaigns must be running</param>
    /// <param name="responses">overwritten</param>
    public void Fill(ObjectiveBatch objectives, DateTimeOffset now, ResponseBatch responses)
    {
        ReadOnlySpan<RequestRow> rows = objectives.Candidates.Requests.Rows;
        responses.Begin(rows.Length);
        for (int request = 0; request < rows.Length; request++)
        {
            RequestOutcome outcome = objectives.Outcomes[request];
            if (!outcome.IsOk)
            {
                responses.Open(request, outcome, 0, withBreakdown: false);
                continue;
            }
            int cohort = objectives.Cohorts[request];
            var scorer = new CandidateScorer(book, now.UtcTicks, rows[request].Market, cohort < 0 ? 0 : book.CohortPrices[cohort]);
            var candidates = new CandidateView(objectives, request);
            if (rows[request].Kind == RequestKind.Score) Score(request, rows[request], candidates, scorer, responses);
            else Recommend(request, rows[request], candidates, scorer, responses);
        }
    }

    /// <summary>One entry per candidate, in the caller's order.</summary>
    private void Score(int request, in RequestRow row, in CandidateView candidates, in CandidateScorer scorer, ResponseBatch responses)
    {
        ResponseEntries entries = responses.Open(request, RequestOutcome.Ok, candidates.Count, row.WantBreakdown);
        row.Candidates.Span.CopyTo(entries.TrackIds);
        for (int i = 0; i < candidates.Count; i++) Write(i, i, candidates, scorer, entries);
    }

    /// <summary>One entry per filled slot, best first.</summary>
    private void Recommend(int request, in RequestRow row, in CandidateView candidates, in CandidateScorer scorer, ResponseBatch responses)
    {
        Span<float> scores = _scores.AsSpan(0, candidates.Count);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = candidates.Blocks[i] == BlockReason.None
                ? scorer.Score(candidates.Rows[i], candidates.Relevance[i], candidates.Margin(i), out _, out _) : float.NegativeInfinity;
        }
        Span<int> chosen = _chosen.AsSpan(0, row.Slots);
        chosen = chosen[.._selector.Select(scores, candidates.Rows, catalogue.Attributes.Licensors, row.LicensorSlotsMax, chosen)];
        ResponseEntries entries = responses.Open(request, RequestOutcome.Ok, chosen.Length, row.WantBreakdown);
        ReadOnlySpan<long> trackIds = catalogue.TrackIds;
        for (int slot = 0; slot < chosen.Length; slot++)
        {
            entries.TrackIds[slot] = trackIds[candidates.Rows[chosen[slot]]];
            Write(slot, chosen[slot], candidates, scorer, entries);
        }
    }

    private void Write(int entry, int candidate, in CandidateView candidates, in CandidateScorer scorer, in ResponseEntries entries)
    {
        if (candidates.Blocks[candidate] != BlockReason.None)
        {
            entries.Scores[entry] = float.NegativeInfinity;
            entries.CampaignIds[entry] = 0;
            entries.Blocks[entry] = candidates.Blocks[candidate];
            entries.SetTerms(entry, default);
            return;
        }
        double relevance = candidates.Relevance[candidate], margin = candidates.Margin(candidate);
        entries.Scores[entry] = scorer.Score(candidates.Rows[candidate], relevance, margin, out int campaign, out entries.Blocks[entry]);
        entries.CampaignIds[entry] = campaign < 0 ? 0 : book.Campaigns.Ids[campaign];
        if (entries.HasTerms) entries.SetTerms(entry, scorer.Terms(relevance, margin, campaign));
    }
}
