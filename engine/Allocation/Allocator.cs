namespace Rubato;

/// <summary>ObjectiveBatch → ResponseBatch: weighs objectives against prices, picks the slates, and pays for them where there is a ledger.</summary>
internal sealed class Allocator
{
    private readonly Catalogue _catalogue;
    private readonly double _qualityLossMax;
    private readonly float[] _scores;
    private readonly int[] _campaigns, _chosen, _losers;
    private readonly BlockReason[] _blocks, _refusals;
    private readonly ReservationId[] _reservations;
    private readonly FrequencyTaken[] _taken;
    private readonly SlateSelector _selector;
    private readonly CampaignRefusals _campaignRefusals = new();

    public Allocator(Catalogue catalogue, EngineOptions options)
    {
        BatchLimits limits = options.Limits;
        int candidates = limits.RequestCandidatesMax;
        _catalogue = catalogue;
        _qualityLossMax = options.QualityLossMax;
        _scores = new float[candidates];
        _campaigns = new int[candidates];
        _blocks = new BlockReason[candidates];
        _refusals = new BlockReason[candidates];
        _reservations = new ReservationId[candidates];
        _taken = new FrequencyTaken[candidates];
        _losers = new int[candidates];
        _chosen = new int[limits.SlotsMax];
        _selector = new SlateSelector(limits);
    }

    /// <param name="objectives">the objectives of every candidate</param>
    /// <param name="live">campaigns, prices, budgets</param>
    /// <param name="tally">counts what campaigns were considered for and given</param>
    /// <param name="now">instant at which campaigns must be running</param>
    /// <param name="responses">overwritten</param>
    public void Fill(ObjectiveBatch objectives, LiveCampaigns live, CampaignTally tally, DateTimeOffset now, ResponseBatch responses)
    {
        ReadOnlySpan<RequestRow> rows = objectives.Candidates.Requests.Rows;
        PacingSignals? pacing = live.Pacing?.Signals; // one interval for the whole batch
        responses.Begin(rows.Length);
        responses.HasReservations = live.Allocates;
        (responses.Live, responses.Tally) = (live, tally);
        for (int request = 0; request < rows.Length; request++)
        {
            RequestOutcome outcome = objectives.Outcomes[request];
            if (!outcome.IsOk)
            {
                responses.Open(request, outcome, 0, withBreakdown: false);
                continue;
            }
            int cohort = objectives.Cohorts[request];
            if (live.Allocates) _campaignRefusals.Begin(live.Book.Campaigns.Count);
            var scorer = new CandidateScorer(live, pacing)
            {
                NowTicks = now.UtcTicks,
                Market = rows[request].Market,
                CohortPrice = cohort < 0 ? 0 : live.Book.CohortPrices[cohort],
                Refusals = live.Allocates ? _campaignRefusals : null,
                Request = rows[request].Kind == RequestKind.Recommend ? NumberOf(rows[request], now) : null,
            };
            CandidateView candidates = CandidateView.Of(objectives, request);
            if (rows[request].Kind == RequestKind.Score) Score(request, rows[request], candidates, live, scorer, responses);
            else Recommend(request, rows[request], candidates, live, scorer, tally, responses);
        }
    }

    /// <summary>One entry per candidate, in the caller's order. Reserves nothing, but scores no campaign that could not give a delivery.</summary>
    private void Score(int request, in RequestRow row, in CandidateView candidates, LiveCampaigns live, in CandidateScorer scorer, ResponseBatch responses)
    {
        ResponseEntries entries = responses.Open(request, RequestOutcome.Ok, candidates.Count, row.WantBreakdown);
        row.Candidates.Span.CopyTo(entries.TrackIds);
        SlateColumns columns = ColumnsOf(candidates);
        for (int i = 0; i < candidates.Count; i++)
        {
            ScoreOne(i, candidates, scorer, columns);
            while (live.Allocates && columns.Campaigns[i] is >= 0 and int campaign
                && live.Refuses(campaign, row.ListenerId, scorer.NowTicks) is var reason && reason != BlockReason.None)
            {
                _campaignRefusals.Set(campaign, reason);
                ScoreOne(i, candidates, scorer, columns);
            }
            Write(i, i, columns.Blocks[i], default, candidates, live, scorer, columns, entries);
        }
    }

    /// <summary>One entry per filled slot, best first, and behind them the losers that the request wants to see.</summary>
    private void Recommend(int request, in RequestRow row, in CandidateView candidates, LiveCampaigns live, in CandidateScorer scorer,
        CampaignTally tally, ResponseBatch responses)
    {
        SlateColumns columns = ColumnsOf(candidates);
        SlateCounts counts = default;
        for (int i = 0; i < candidates.Count; i++)
        {
            ScoreOne(i, candidates, scorer, columns);
            if (columns.Blocks[i] == BlockReason.Pacing) counts.Pacing++;
        }
        var shape = new SlateShape(_catalogue.Attributes.Licensors, row.LicensorSlotsMax);
        double lossMax = row.QualityLossMax ?? _qualityLossMax;
        Span<int> chosen = _chosen.AsSpan(0, row.Slots);
        if (live.Allocates)
        {
            var taker = new SlotTaker(live, scorer, candidates, _catalogue.TrackIds, row.ListenerId, columns, tally);
            chosen = chosen[.._selector.Select(candidates, columns.Scores, shape, lossMax, ref taker, chosen, columns.Refusals)];
            counts.Add(taker.Counts);
        }
        else
        {
            var free = new FreeSlots();
            chosen = chosen[.._selector.Select(candidates, columns.Scores, shape, lossMax, ref free, chosen, columns.Refusals)];
        }
        foreach (BlockReason refusal in columns.Refusals)
        {
            if (refusal == BlockReason.LicensorSlots) counts.LicensorSlots++;
            else if (refusal == BlockReason.QualityFloor) counts.QualityFloor++;
        }
        responses.Add(counts);
        Span<int> losers = _losers.AsSpan(0, Math.Min(row.LosersMax, candidates.Count));
        if (!losers.IsEmpty) losers = losers[.._selector.SelectLosers(candidates, columns.Scores, chosen, losers)];

        ResponseEntries entries = responses.Open(request, RequestOutcome.Ok, chosen.Length + losers.Length, row.WantBreakdown, chosen.Length);
        ReadOnlySpan<long> trackIds = _catalogue.TrackIds;
        for (int entry = 0; entry < chosen.Length + losers.Length; entry++)
        {
            bool won = entry < chosen.Length;
            int candidate = won ? chosen[entry] : losers[entry - chosen.Length];
            entries.TrackIds[entry] = trackIds[candidates.Rows[candidate]];
            BlockReason block = won ? columns.Blocks[candidate] : LossOf(columns.Blocks[candidate], columns.Refusals[candidate]);
            ReservationId reservation = won && live.Allocates ? columns.Reservations[candidate] : default;
            Write(entry, candidate, block, reservation, candidates, live, scorer, columns, entries);
            entries.Taken[entry] = won && live.Allocates ? columns.Taken[candidate] : default;
        }
    }

    /// <summary>What the loser is told: that its campaign was held back, or it by the request's filters; else what kept it out of the slate.</summary>
    private static BlockReason LossOf(BlockReason block, BlockReason refusal) => block switch
    {
        BlockReason.Pacing or BlockReason.FrequencyCap or BlockReason.Budget => block,
        >= BlockReason.LicensorDenied => block,
        _ => refusal == BlockReason.None ? BlockReason.Outranked : refusal,
    };

    private static void ScoreOne(int candidate, in CandidateView candidates, in CandidateScorer scorer, in SlateColumns columns)
    {
        if (candidates.Blocks[candidate] == BlockReason.None)
        {
            columns.Scores[candidate] = scorer.Score(candidates.Rows[candidate], candidates.Relevance[candidate], candidates.Margin(candidate),
                out columns.Campaigns[candidate], out columns.Blocks[candidate]);
            return;
        }
        columns.Scores[candidate] = float.NegativeInfinity;
        columns.Campaigns[candidate] = -1;
        columns.Blocks[candidate] = candidates.Blocks[candidate];
    }

    private static void Write(int entry, int candidate, BlockReason block, ReservationId reservation, in CandidateView candidates, LiveCampaigns live,
        in CandidateScorer scorer, in SlateColumns columns, in ResponseEntries entries)
    {
        int campaign = columns.Campaigns[candidate];
        entries.Scores[entry] = columns.Scores[candidate];
        entries.CampaignIds[entry] = campaign < 0 ? 0 : live.Book.Campaigns.Ids[campaign];
        entries.Blocks[entry] = block;
        entries.Reservations[entry] = reservation;
        if (!entries.HasTerms) return;
        bool mayBeGiven = candidates.Blocks[candidate] == BlockReason.None;
        entries.SetTerms(entry, mayBeGiven ? scorer.Terms(candidates.Relevance[candidate], candidates.Margin(candidate), campaign) : default);
    }

    /// <summary>A number that differs between requests, and is the same for the same request at the same time.</summary>
    private static ulong NumberOf(in RequestRow row, DateTimeOffset now)
    {
        ReadOnlySpan<float> listener = row.Listener.Span;
        ulong vector = (ulong)BitConverter.SingleToUInt32Bits(listener[0]) << 32 | BitConverter.SingleToUInt32Bits(listener[^1]);
        return row.ListenerId * 0x9E3779B97F4A7C15 ^ vector * 0xC2B2AE3D27D4EB4F ^ (ulong)now.UtcTicks;
    }

    private SlateColumns ColumnsOf(in CandidateView candidates) => new()
    {
        Scores = _scores.AsSpan(0, candidates.Count),
        Campaigns = _campaigns.AsSpan(0, candidates.Count),
        Blocks = _blocks.AsSpan(0, candidates.Count),
        Refusals = _refusals.AsSpan(0, candidates.Count),
        Reservations = _reservations.AsSpan(0, candidates.Count),
        Taken = _taken.AsSpan(0, candidates.Count),
    };
}
