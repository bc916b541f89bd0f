using System.Collections.Frozen;

namespace Rubato;

/// <summary>All campaigns and cohorts in columns, campaigns ascending by id, and the index from catalogue rows to campaigns. Immutable.</summary>
public sealed class CampaignSet
{
    private readonly Campaign[] _campaigns;
    private readonly Cohort[] _cohorts;
    private readonly FrozenDictionary<uint, int> _cohortIndexes;
    private readonly uint[] _ids;
    private readonly Market[] _markets; // [markets of campaign 0, of campaign 1, …]
    private readonly int[] _marketStarts;
    private readonly int[] _rowCampaigns; // [campaigns of row 0, of row 1, …], indices into the columns
    private readonly int[] _rowStarts;

    /// <param name="campaigns">with unique ids, in any order</param>
    /// <param name="cohorts">with unique ids, in any order</param>
    /// <param name="catalogueRows">rows of the catalogue that the campaigns' rows point into</param>
    internal CampaignSet(Campaign[] campaigns, Cohort[] cohorts, int catalogueRows)
    {
        _campaigns = [.. campaigns.OrderBy(campaign => campaign.Id)];
        _cohorts = [.. cohorts.OrderBy(cohort => cohort.Id)];
        _cohortIndexes = _cohorts.Select((cohort, index) => (cohort.Id, index)).ToFrozenDictionary(pair => pair.Id, pair => pair.index);
        _ids = [.. _campaigns.Select(campaign => campaign.Id)];
        _markets = [.. _campaigns.SelectMany(campaign => campaign.Markets)];
        _marketStarts = Starts(_campaigns.Length, [.. _campaigns.Select(campaign => campaign.Markets.Length)]);
        (_rowStarts, _rowCampaigns) = IndexRows(_campaigns, catalogueRows);
    }

    /// <summary>No campaigns and no cohorts.</summary>
    internal static CampaignSet None(int catalogueRows) => new([], [], catalogueRows);

    /// <summary>Number of campaigns.</summary>
    public int Count => _campaigns.Length;

    /// <summary>Campaign ids, ascending, [campaigns].</summary>
    public ReadOnlySpan<uint> Ids => _ids;

    /// <summary>What the file says, ascending by id, [campaigns].</summary>
    public ReadOnlySpan<Campaign> Campaigns => _campaigns;

    /// <summary>The licensors that the file lists, ascending by id; none where it lists none.</summary>
    public IReadOnlyList<Licensor> Licensors { get; internal init; } = [];

    /// <summary>Index of a campaign in <see cref="Campaigns"/>, or −1.</summary>
    public int IndexOf(uint id) => Math.Max(-1, Array.BinarySearch(_ids, id));

    /// <summary>Cohorts, ascending by id, [cohorts].</summary>
    public ReadOnlySpan<Cohort> Cohorts => _cohorts;

    /// <summary>Index of a cohort in <see cref="Cohorts"/>, or −1.</summary>
    public int CohortIndex(uint id) => _cohortIndexes.TryGetValue(id, out int index) ? index : -1;

    /// <summary>Indices of the campaigns that promote a catalogue row, ascending.</summary>
    public ReadOnlySpan<int> OfRow(int row) => _rowCampaigns.AsSpan(_rowStarts[row], _rowStarts[row + 1] - _rowStarts[row]);

    /// <summary>Whether a campaign may run in a market; one that is limited to markets does not run where none is named.</summary>
    public bool RunsIn(int campaign, Market market)
    {
        ReadOnlySpan<Market> markets = _markets.AsSpan(_marketStarts[campaign], _marketStarts[campaign + 1] - _marketStarts[campaign]);
        return markets.IsEmpty || markets.Contains(market);
    }

    /// <summary>Sets the bits of the rows that a campaign promotes.</summary>
    /// <param name="campaign">index</param> <param name="rows">[⌈rows of the catalogue ÷ 64⌉] one bit a row</param>
    internal void Mark(int campaign, Span<ulong> rows)
    {
        foreach (int row in _campaigns[campaign].Rows) rows[row >> 6] |= 1ul << (row & 63);
    }

    /// <summary>Clears the bits of the rows that a campaign promotes and none of others does.</summary>
    /// <param name="campaign">index</param> <param name="others">[campaigns] which keep their rows</param>
    /// <param name="rows">[⌈rows of the catalogue ÷ 64⌉] one bit a row</param>
    internal void Unmark(int campaign, ReadOnlySpan<bool> others, Span<ulong> rows)
    {
        foreach (int row in _campaigns[campaign].Rows)
            if (!IsPromoted(row, others)) rows[row >> 6] &= ~(1ul << (row & 63));
    }

    private bool IsPromoted(int row, ReadOnlySpan<bool> by)
    {
        foreach (int campaign in OfRow(row))
            if (by[campaign]) return true;
        return false;
    }

    private static (int[] Starts, int[] Campaigns) IndexRows(Campaign[] campaigns, int rows)
    {
        var counts = new int[rows];
        foreach (Campaign campaign in campaigns)
            foreach (int row in campaign.Rows) counts[row]++;
        int[] starts = Starts(rows, counts);
        var next = starts.AsSpan(0, rows).ToArray();
        var indices = new int[starts[rows]];
        for (int campaign = 0; campaign < campaigns.Length; campaign++)
            foreach (int row in campaigns[campaign].Rows) indices[next[row]++] = campaign;
        return (starts, indices);
    }

    /// <summary>Running sums: where the entries of each of count groups begin, and the total.</summary>
    private static int[] Starts(int count, ReadOnlySpan<int> lengths)
    {
        var starts = new int[count + 1];
        for (int i = 0; i < count; i++) starts[i + 1] = checked(starts[i] + lengths[i]);
        return starts;
    }
}
