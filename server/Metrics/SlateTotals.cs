namespace Rubato.Server;

/// <summary>What allocation gave and refused since the server started. Adding is lock-free and allocates nothing.</summary>
internal sealed class SlateTotals
{
    private long _deliveries, _reservations, _budget, _frequencyCap, _pacing, _licensorSlots, _qualityFloor;

    /// <summary>The sums so far.</summary>
    public SlateCounts Sum => new()
    {
        Deliveries = Volatile.Read(ref _deliveries),
        Reservations = Volatile.Read(ref _reservations),
        Budget = Volatile.Read(ref _budget),
        FrequencyCap = Volatile.Read(ref _frequencyCap),
        Pacing = Volatile.Read(ref _pacing),
        LicensorSlots = Volatile.Read(ref _licensorSlots),
        QualityFloor = Volatile.Read(ref _qualityFloor),
    };

    /// <summary>Adds the counts of a batch.</summary>
    public void Add(in SlateCounts counts)
    {
        Add(ref _deliveries, counts.Deliveries);
        Add(ref _reservations, counts.Reservations);
        Add(ref _budget, counts.Budget);
        Add(ref _frequencyCap, counts.FrequencyCap);
        Add(ref _pacing, counts.Pacing);
        Add(ref _licensorSlots, counts.LicensorSlots);
        Add(ref _qualityFloor, counts.QualityFloor);
    }

    private static void Add(ref long sum, long count)
    {
        if (count != 0) Interlocked.Add(ref sum, count); // most batches have no slate: SCORE pays nothing
    }
}
