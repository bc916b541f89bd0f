namespace Rubato;

/// <summary>
/// Campaigns with their prices, budgets, caps and pacing: everything that a live update replaces, as one object, so that a batch sees the old
/// or the new and never both. Lanes take it once per batch.
/// </summary>
internal sealed class LiveCampaigns
{
    private readonly CampaignSupply[]? _supplies;
    private readonly List<CampaignTally> _tallies = [];
    private readonly long[] _deliveredBefore; // by earlier generations, so that what is read never falls

    /// <param name="number">generation, from 1</param> <param name="book">campaigns and prices</param>
    /// <param name="pacing">null = the book's prices hold</param>
    /// <param name="supplies">[campaigns]; null without a ledger: then nothing is reserved, capped or counted</param>
    /// <param name="previous">the generation that this one replaces</param>
    public LiveCampaigns(long number, PriceBook book, PacingController? pacing, CampaignSupply[]? supplies, LiveCampaigns? previous)
    {
        Number = number;
        Book = book;
        Pacing = pacing;
        _supplies = supplies;
        _deliveredBefore = new long[book.Campaigns.Count];
        for (int i = 0; i < _deliveredBefore.Length && previous is not null; i++)
        {
            int before = previous.Book.Campaigns.IndexOf(book.Campaigns.Ids[i]);
            if (before >= 0) _deliveredBefore[i] = previous.Delivered(before);
        }
    }

    /// <summary>Number of the generation, counted from 1 with every update.</summary>
    public long Number { get; }

    public PriceBook Book { get; }

    public PacingController? Pacing { get; }

    /// <summary>Whether slates are paid for.</summary>
    public bool Allocates => _supplies is not null;

    /// <summary>Slots given to a campaign since the engine was opened.</summary>
    public long Delivered(int campaign)
    {
        long sum = _deliveredBefore[campaign];
        lock (_tallies)
        {
            foreach (CampaignTally tally in _tallies) sum += Volatile.Read(ref tally.Delivered[campaign]);
        }
        return sum;
    }

    /// <summary>Counters for one lane.</summary>
    public CampaignTally NewTally()
    {
        var tally = new CampaignTally(Book.Campaigns.Count);
        lock (_tallies) _tallies.Add(tally);
        return tally;
    }

    /// <summary>Pays for one delivery: counts it against the listener's cap and reserves its spend. Atomic, without I/O, waiting or allocation.</summary>
    /// <param name="campaign">index</param> <param name="track">track id</param> <param name="listener">0 = unknown, whom no cap binds</param>
    /// <param name="nowTicks">instant, UTC ticks</param> <param name="id">the reservation; none where a delivery costs nothing</param>
    /// <param name="taken">where it was counted; the default value where no cap binds</param>
    /// <returns>None, or what is exhausted: then nothing has changed</returns>
    public BlockReason TryDeliver(int campaign, long track, ulong listener, long nowTicks, out ReservationId id, out FrequencyTaken taken)
    {
        id = default;
        taken = default;
        ref readonly CampaignSupply supply = ref _supplies![campaign];
        bool isCapped = supply.Frequency is not null && listener != 0;
        if (isCapped && !supply.Frequency!.TryAdd(listener, Book.Campaigns.Ids[campaign], nowTicks, supply.DeliveriesMax, out taken)) return BlockReason.FrequencyCap;
        if (supply.Account is null || supply.Account.TryReserve(supply.SpendMicros, out id, track)) return BlockReason.None;
        if (isCapped) supply.Frequency!.Undo(taken);
        taken = default;
        return BlockReason.Budget;
    }

    /// <summary>Takes back what <see cref="TryDeliver"/> counted against the listener's cap.</summary>
    public void Forget(int campaign, in FrequencyTaken taken)
    {
        if (taken != default) _supplies![campaign].Frequency!.Undo(taken); // no key has its second cell at 0
    }

    /// <summary>What <see cref="TryDeliver"/> would say just now, without doing it.</summary>
    public BlockReason Refuses(int campaign, ulong listener, long nowTicks)
    {
        if (IsCapped(campaign, listener, nowTicks)) return BlockReason.FrequencyCap;
        ref readonly CampaignSupply supply = ref _supplies![campaign];
        return supply.Account is null || supply.Account.Serves(supply.SpendMicros) ? BlockReason.None : BlockReason.Budget;
    }

    /// <summary>
    /// Whether a campaign is out of money: <see cref="TryDeliver"/> would be in vain, and would not even ask for money that might be there for the next
    /// request.
    /// </summary>
    public bool IsOut(int campaign) => _supplies is not null && _supplies[campaign].Account?.IsOutOf(_supplies[campaign].SpendMicros) == true;

    /// <summary>Whether a listener has had a campaign as often as its cap allows.</summary>
    public bool IsCapped(int campaign, ulong listener, long nowTicks) => listener != 0 && _supplies?[campaign] is { Frequency: { } frequency, DeliveriesMax: int most }
        && frequency.Count(listener, Book.Campaigns.Ids[campaign], nowTicks) >= most;
}
