using System.Collections.Concurrent;

namespace Rubato;

/// <summary>One campaign's budget. Requests reserve from it; hold on to it instead of looking it up.</summary>
public sealed class BudgetAccount
{
    /// <summary>Micro-units of one reservation at most, 2⁴⁸ − 1.</summary>
    public const long ReservationMicrosMax = Lease.MicrosMax;

    /// <summary>Different amounts that one campaign may reserve in its life.</summary>
    public const int AmountClassesMax = 256;

    private readonly LeaseRequests _requests;
    private readonly ReservationKey _key;
    private long[] _amounts = [];  // micro-units of each class, all that the journal knows
    private long[] _usable = [];   // those of them that are durable
    private Lease? _current, _next;
    private long _unaffordableMicros = long.MaxValue;
    private long _askedMicros;
    private int _isAsking;

    internal BudgetAccount(int number, uint campaign, LeaseRequests requests, ReservationKey key)
    {
        Number = number;
        Campaign = campaign;
        _requests = requests;
        _key = key;
    }

    /// <summary>The campaign.</summary>
    public uint Campaign { get; }

    internal int Number { get; }

    // These change under the ledger's lock.
    internal long BudgetMicros { get; set; }

    internal long FreeMicros { get; set; }

    /// <summary>Handed out to open leases, or spent: no budget is smaller.</summary>
    internal long CommittedMicros => BudgetMicros - FreeMicros;

    internal long ClosedSettledMicros { get; set; }

    internal long ForfeitedMicros { get; set; }

    internal long LateEvents { get; set; }

    internal long LateMicros { get; set; }

    internal uint LastLease { get; set; }

    /// <summary>Leases that are not closed, by number.</summary>
    internal ConcurrentDictionary<uint, Lease> Leases { get; } = new();

    internal BudgetAccount? NextAsking { get; set; }

    internal ReadOnlySpan<long> Amounts => Volatile.Read(ref _amounts);

    /// <summary>Reserves amountMicros from an open lease: atomic, without I/O, waiting or allocation.</summary>
    /// <param name="amountMicros">micro-units, 1 to <see cref="ReservationMicrosMax"/>; fractions are rounded up before</param>
    /// <param name="id">what an exposure event settles or releases</param>
    /// <param name="track">what is delivered: the event must name the same</param>
    /// <returns>
    /// false where the budget cannot pay it, or where no lease is open: one is asked for then, and the next request may find it.
    /// <see cref="BudgetLedger.Prepare(uint, long)"/> opens the first one in advance.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">amountMicros is outside its range.</exception>
    public bool TryReserve(long amountMicros, out ReservationId id, long track = 0)
    {
        if (amountMicros is < 1 or > ReservationMicrosMax) ThrowOutOfRange(amountMicros);
        id = default;
        if (_requests.IsClosed) return false;
        int amountClass = Array.IndexOf(Volatile.Read(ref _usable), amountMicros);
        Lease? lease = amountClass < 0 ? null : Volatile.Read(ref _current);
        while (lease is not null)
        {
            int index = lease.TryTake(amountMicros, out bool isLow);
            if (isLow && index >= 0 && Volatile.Read(ref _next) is null) Ask(amountMicros, isUrgent: false);
            if (index >= 0)
            {
                id = _key.Sign(ReservationId.PlaceOf(Number, lease.Number, index), (byte)amountClass, track);
                return true;
            }
            lease = After(lease);
        }
        // Urgent while the lease keeps a rest that is too small: together with what is free it may suffice.
        Ask(amountMicros, isUrgent: Volatile.Read(ref _current) is { IsSpendable: true });
        return false;
    }

    /// <summary>Micro-units of a class, or −1.</summary>
    internal long AmountOf(byte amountClass) => amountClass < Amounts.Length ? Amounts[amountClass] : -1;

    /// <summary>Whether <see cref="TryReserve"/> would find such an amount in an open lease just now.</summary>
    /// <param name="amountMicros">micro-units</param>
    public bool Serves(long amountMicros) =>
        Array.IndexOf(Volatile.Read(ref _usable), amountMicros) >= 0 && (Current?.CanTake(amountMicros) == true || Next?.CanTake(amountMicros) == true);

    /// <summary>Whether no open lease has such an amount and asking for one is in vain until money comes back.</summary>
    internal bool IsOutOf(long amountMicros) =>
        amountMicros >= Volatile.Read(ref _unaffordableMicros) && Current is not { IsSpendable: true } && !Serves(amountMicros);

    internal void AddAmount(long micros) => Volatile.Write(ref _amounts, [.. _amounts, micros]);

    /// <summary>Lets requests use what has become durable.</summary>
    internal void Publish(Lease? lease)
    {
        Volatile.Write(ref _usable, Volatile.Read(ref _amounts));
        if (lease is null) return;
        if (Volatile.Read(ref _current) is { IsSpendable: true }) Volatile.Write(ref _next, lease);
        else Volatile.Write(ref _current, lease);
    }

    internal Lease? Current => Volatile.Read(ref _current);

    internal Lease? Next => Volatile.Read(ref _next);

    /// <summary>Takes the next lease out of service.</summary>
    internal void DropNext(Lease lease) => Interlocked.CompareExchange(ref _next, null, lease);

    /// <summary>The amount that a request could not reserve; from here on the account may ask again.</summary>
    internal long TakeAsked()
    {
        long micros = Volatile.Read(ref _askedMicros);
        NextAsking = null;
        Volatile.Write(ref _isAsking, 0);
        return micros;
    }

    /// <summary>No lease for such an amount until money comes back: requests need not ask.</summary>
    internal void Refuse(long micros) => Volatile.Write(ref _unaffordableMicros, Math.Min(micros, _unaffordableMicros));

    /// <summary>Money, a place or a class has come back.</summary>
    internal void Reconsider() => Volatile.Write(ref _unaffordableMicros, long.MaxValue);

    // The lease to try after this one. Whoever comes first moves the next lease up; the others find it moved.
    private Lease? After(Lease lease)
    {
        Lease? next = Volatile.Read(ref _next);
        if (next is not null && next != lease && Interlocked.CompareExchange(ref _current, next, lease) == lease)
            Interlocked.CompareExchange(ref _next, null, next);
        Lease? current = Volatile.Read(ref _current);
        return current == lease ? null : current;
    }

    private void Ask(long micros, bool isUrgent)
    {
        if (!isUrgent && micros >= Volatile.Read(ref _unaffordableMicros) || Volatile.Read(ref _isAsking) != 0) return;
        Volatile.Write(ref _askedMicros, micros);
        if (Interlocked.Exchange(ref _isAsking, 1) == 0) _requests.Ask(this);
    }

    private static void ThrowOutOfRange(long amountMicros) =>
        throw new ArgumentOutOfRangeException(nameof(amountMicros), amountMicros, $"must be 1 to {ReservationMicrosMax}");
}
