using System.Numerics;

namespace Rubato;

/// <summary>Collects the edges of listeners block by block: search among the promoted tracks, relevance, best track per campaign.</summary>
internal sealed class CatalogueEdges
{
    private readonly Catalogue _catalogue;
    private readonly CampaignSet _campaigns;
    private readonly CatalogueAllocationOptions _options;
    private readonly bool[] _running;
    private readonly ulong[] _allowed;
    private readonly int _candidates;
    private readonly List<long> _starts = [0];
    private readonly List<int> _campaign = [], _row = [];
    private readonly List<float> _values = [], _spends = [], _margins = [];
    private readonly SortedDictionary<int, (double Relevance, int Row)> _best = []; // of the listener at hand, by campaign
    private int[] _rows = [];
    private float[] _scores = [];
    private double[] _relevance = [];

    public CatalogueEdges(Catalogue catalogue, CampaignSet campaigns, CatalogueAllocationOptions options)
    {
        (_catalogue, _campaigns, _options) = (catalogue, campaigns, options);
        _running = new bool[campaigns.Count];
        _allowed = new ulong[(catalogue.Rows + 63) / 64];
        for (int j = 0; j < campaigns.Count; j++)
        {
            Campaign campaign = campaigns.Campaigns[j];
            _running[j] = options.Now >= campaign.Start && options.Now < campaign.End && campaigns.RunsIn(j, options.Market);
            if (_running[j]) campaigns.Mark(j, _allowed);
        }
        _candidates = (int)Math.Min(options.CandidateCount, _allowed.Sum(word => (long)BitOperations.PopCount(word)));
    }

    public int Count => _campaign.Count;

    /// <summary>Finds the candidates of a block of listeners.</summary>
    public void Search(RowSearcher searcher, ReadOnlySpan<float> listeners)
    {
        if (_candidates == 0) return;
        int found = listeners.Length / _catalogue.Dimension * _candidates, padded = Logistic.Padded(found);
        if (_scores.Length < padded) (_rows, _scores, _relevance) = (new int[padded], new float[padded], new double[padded]);
        searcher.Search(listeners, _allowed, _candidates, _rows.AsSpan(0, found), _scores.AsSpan(0, found));
        _scores.AsSpan(found, padded - found).Clear();
        Logistic.Apply(_scores.AsSpan(0, padded), _options.RelevanceSlope, _options.RelevanceOffset, _relevance.AsSpan(0, padded));
    }

    /// <summary>Adds the next listener, number i of the block that was searched.</summary>
    /// <param name="i">its place in the block</param> <param name="floor">of its cohort; NaN without one</param>
    public void AddListener(int i, double floor)
    {
        _best.Clear();
        for (int k = i * _candidates; k < (i + 1) * _candidates; k++)
        {
            if (_rows[k] < 0) break;
            foreach (int campaign in _campaigns.OfRow(_rows[k]))
                if (_running[campaign] && (!_best.TryGetValue(campaign, out var best) || _relevance[k] > best.Relevance))
                    _best[campaign] = (_relevance[k], _rows[k]);
        }
        foreach ((int j, (double relevance, int row)) in _best)
        {
            Campaign campaign = _campaigns.Campaigns[j];
            _campaign.Add(j);
            _row.Add(row);
            _values.Add((float)(_options.RelevanceWeight * relevance + _options.PromotionWeight * relevance * CatalogueAllocation.Units(campaign.ValueMicros)));
            _spends.Add((float)CatalogueAllocation.Units(campaign.SpendMicros));
            _margins.Add(double.IsNaN(floor) ? 0 : (float)(relevance - floor));
        }
        _starts.Add(_campaign.Count);
    }

    public AllocationColumns Columns(int[] cohorts, CampaignSet campaigns, int slots)
    {
        int[] slotsOfListener = new int[_starts.Count - 1];
        Array.Fill(slotsOfListener, slots);
        return new AllocationColumns
        {
            Starts = [.. _starts], Campaigns = [.. _campaign], Values = [.. _values], Spends = [.. _spends],
            Margins = cohorts.Length > 0 ? [.. _margins] : [], Slots = slotsOfListener, Cohorts = cohorts,
            Budgets = [.. campaigns.Campaigns.ToArray().Select(campaign => CatalogueAllocation.Units(campaign.BudgetMicros))],
        };
    }

    public long[] TrackIds()
    {
        long[] ids = new long[_row.Count];
        for (int e = 0; e < ids.Length; e++) ids[e] = _catalogue.TrackIds[_row[e]];
        return ids;
    }
}
