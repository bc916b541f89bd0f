namespace Rubato.Tests.Ledgers;

/// <summary>What the files say about one campaign: budget = free + open + settled, where open is in open leases and not settled.</summary>
internal sealed record JournalBudget(uint Campaign)
{
    public long Budget { get; set; }

    public long ClosedSettled { get; set; }

    public long Forfeited { get; set; }

    public long LateEvents { get; set; }

    public long LateMicros { get; set; }

    public uint LastLease { get; set; }

    public List<long> Amounts { get; } = [];

    public Dictionary<uint, JournalLease> Leases { get; } = [];

    public long Free => Budget - ClosedSettled - Leases.Values.Sum(lease => lease.Micros);

    public long Settled => ClosedSettled + Leases.Values.Sum(lease => lease.Settled);

    public long Open => Leases.Values.Sum(lease => lease.Micros - lease.Settled);
}
