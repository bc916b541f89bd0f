using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Rubato;

/// <summary>
/// The state of a ledger: what its records, one after another, say. The running ledger and recovery change it by the same methods.
/// Not thread-safe, except for looking up, and for <see cref="Apply(in LedgerRecords.Event)"/> under a lock on its lease.
/// </summary>
internal sealed class LedgerBook(LeaseRequests requests, ReservationKey key)
{
    /// <summary>Campaigns that a ledger may see in its life.</summary>
    public const int AccountsMax = 1 << ReservationId.AccountBits;

    /// <summary>Leases that a campaign may see in its life.</summary>
    public const uint LeasesMax = (1u << ReservationId.LeaseBits) - 1;

    private readonly ConcurrentDictionary<uint, BudgetAccount> _byCampaign = new();
    private BudgetAccount?[] _accounts = new BudgetAccount?[16];

    public int Count { get; private set; }

    /// <summary>The account of a campaign, or null.</summary>
    public BudgetAccount? Find(uint campaign) => _byCampaign.GetValueOrDefault(campaign);

    /// <summary>The account of a number, or null.</summary>
    public BudgetAccount? At(int number)
    {
        BudgetAccount?[] accounts = Volatile.Read(ref _accounts);
        return (uint)number < (uint)accounts.Length ? Volatile.Read(ref accounts[number]) : null;
    }

    /// <summary>The accounts in the order of their numbers.</summary>
    public IEnumerable<BudgetAccount> Accounts() => _accounts.Take(Count)!;

    public BudgetAccount Apply(in LedgerRecords.Budget record)
    {
        Require(record.Micros >= 0, $"a budget of {record.Micros}");
        BudgetAccount account = At(record.Account) ?? Add(record.Account, record.Campaign);
        Require(account.Campaign == record.Campaign, $"account {record.Account} changes from campaign {account.Campaign} to {record.Campaign}");
        long free = record.Micros - (account.BudgetMicros - account.FreeMicros);
        Require(free >= 0, $"campaign {record.Campaign}: a budget of {record.Micros}, below what is handed out or spent");
        (account.BudgetMicros, account.FreeMicros) = (record.Micros, free);
        account.Reconsider();
        return account;
    }

    public void Apply(in LedgerRecords.Amount record)
    {
        BudgetAccount account = Known(record.Account);
        Require(record.Class == account.Amounts.Length, $"amount class {record.Class} of campaign {account.Campaign} after {account.Amounts.Length} others");
        Require(record.Micros is >= 1 and <= Lease.MicrosMax, $"an amount of {record.Micros}");
        account.AddAmount(record.Micros);
        account.Reconsider();
    }

    public Lease Apply(in LedgerRecords.Grant record)
    {
        BudgetAccount account = Known(record.Account);
        Require(record.Lease == account.LastLease + 1, $"lease {record.Lease} of campaign {account.Campaign} after lease {account.LastLease}");
        Require(record.Micros >= 1 && record.Micros <= Math.Min(account.FreeMicros, Lease.MicrosMax),
            $"a lease of {record.Micros} from {account.FreeMicros} free of campaign {account.Campaign}");
        Lease lease = NewLease(record.Lease, record.Micros, record.Slots);
        account.FreeMicros -= record.Micros;
        account.LastLease = record.Lease;
        account.Leases[record.Lease] = lease;
        return lease;
    }

    public void Apply(in LedgerRecords.Seal record)
    {
        BudgetAccount account = Known(record.Account);
        Lease lease = Open(account, record.Lease);
        lock (lease)
        {
            Require(!lease.IsSealed, $"lease {record.Lease} of campaign {account.Campaign} is sealed twice");
            Require(record.Micros >= lease.SettledMicros + lease.ReleasedMicros && record.Micros <= lease.Micros
                && record.Count >= 0 && record.Count <= lease.Slots,
                $"lease {record.Lease} of campaign {account.Campaign} is sealed with {record.Count} reservations of {record.Micros}");
            account.FreeMicros += lease.Seal(record.Count, record.Micros);
        }
        account.Reconsider();
    }

    /// <summary>Once more the same changes nothing.</summary>
    public void Apply(in LedgerRecords.Event record)
    {
        BudgetAccount account = Known((int)(record.Place >> (ReservationId.LeaseBits + ReservationId.IndexBits)));
        uint number = ReservationId.LeaseOf(record.Place);
        int index = ReservationId.IndexOf(record.Place);
        long micros = account.AmountOf(record.AmountClass);
        Require(micros >= 1, $"amount class {record.AmountClass} of campaign {account.Campaign} is not defined");
        if (record.Outcome == EventOutcome.Late)
        {
            account.LateEvents++;
            account.LateMicros = micros <= long.MaxValue - account.LateMicros ? account.LateMicros + micros : long.MaxValue;
            return;
        }
        Lease lease = Open(account, number);
        Require(record.Outcome is EventOutcome.Settled or EventOutcome.Released, $"an event that ended as {(int)record.Outcome}");
        Require(index < lease.Slots, $"reservation {index} of lease {number} of campaign {account.Campaign}, which has {lease.Slots} places");
        EventOutcome? before = lease.OutcomeOf(index);
        Require(before is null || before == record.Outcome, $"reservation {index} of lease {number} of campaign {account.Campaign} ends twice");
        if (before is not null) return; // the snapshot before this segment had it already
        Require(micros <= lease.Micros - lease.SettledMicros - lease.ReleasedMicros,
            $"lease {number} of campaign {account.Campaign} cannot pay {micros}");
        lease.Record(index, record.Outcome, micros);
    }

    public void Apply(in LedgerRecords.Close record)
    {
        BudgetAccount account = Known(record.Account);
        Lease lease = Open(account, record.Lease);
        lock (lease)
        {
            Require(record.SettledMicros == lease.SettledMicros && record.ForfeitedMicros >= 0
                && record.ForfeitedMicros <= lease.Micros - lease.SettledMicros,
                $"lease {record.Lease} of campaign {account.Campaign} is closed with {record.SettledMicros} settled, {lease.SettledMicros} known");
            lease.IsClosed = true;
        }
        long spent = record.SettledMicros + record.ForfeitedMicros;
        account.ClosedSettledMicros += spent;
        account.ForfeitedMicros += record.ForfeitedMicros;
        account.FreeMicros += lease.Micros - spent;
        account.Leases.TryRemove(record.Lease, out _);
        account.Reconsider();
    }

    public void Apply(in LedgerRecords.AccountState record)
    {
        BudgetAccount account = Add(record.Account, record.Campaign);
        Require(record.SettledMicros >= 0 && record.SettledMicros <= record.BudgetMicros && record.ForfeitedMicros >= 0
            && record.ForfeitedMicros <= record.SettledMicros, $"campaign {record.Campaign}: {record.SettledMicros} settled of {record.BudgetMicros}");
        (account.BudgetMicros, account.FreeMicros) = (record.BudgetMicros, record.BudgetMicros - record.SettledMicros);
        (account.ClosedSettledMicros, account.ForfeitedMicros) = (record.SettledMicros, record.ForfeitedMicros);
        (account.LateEvents, account.LateMicros, account.LastLease) = (record.LateEvents, record.LateMicros, record.LastLease);
    }

    public void Apply(in LedgerRecords.LeaseState record, ReadOnlySpan<byte> marks)
    {
        BudgetAccount account = Known(record.Account);
        Lease lease = NewLease(record.Lease, record.Micros, record.Slots);
        Require(marks.Length == lease.Marks.Length, $"a bitmap of {marks.Length} bytes for {record.Slots} places");
        Require(record.Lease <= account.LastLease && record.Micros <= account.FreeMicros && record.SettledMicros >= 0 && record.ReleasedMicros >= 0
            && record.ReleasedMicros <= record.Micros - record.SettledMicros && account.Leases.TryAdd(record.Lease, lease),
            $"lease {record.Lease} of campaign {account.Campaign} does not fit its account");
        account.FreeMicros -= record.Micros;
        lease.Restore(record, marks);
    }

    private BudgetAccount Add(int number, uint campaign)
    {
        Require(number == Count && number < AccountsMax, $"account {number} after {Count} others");
        var account = new BudgetAccount(number, campaign, requests, key);
        Require(_byCampaign.TryAdd(campaign, account), $"campaign {campaign} has two accounts");
        BudgetAccount?[] accounts = _accounts;
        if (number == accounts.Length) Array.Resize(ref accounts, 2 * number);
        accounts[number] = account;
        Volatile.Write(ref _accounts, accounts);
        Count++;
        return account;
    }

    private static Lease NewLease(uint number, long micros, int slots)
    {
        Require(slots is >= 1 and <= Lease.SlotsMax && number is >= 1 and <= LeasesMax && micros is >= 0 and <= Lease.MicrosMax,
            $"lease {number} of {micros} with {slots} places");
        return new Lease(number, micros, slots);
    }

    private BudgetAccount Known(int number) => At(number) ?? throw new InvalidDataException($"account {number} is not defined");

    private static Lease Open(BudgetAccount account, uint number) => account.Leases.TryGetValue(number, out Lease? lease) ? lease
        : throw new InvalidDataException($"lease {number} of campaign {account.Campaign} is not open");

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Contradiction text)
    {
        if (!holds) throw new InvalidDataException(text.ToStringAndClear());
    }
}
