namespace Rubato;

/// <summary>
/// A part of a campaign's budget that is journalled as handed out. Each micro-unit of it is reserved at most once: what is released waits
/// for the lease to close. So all reservations together never exceed the lease, whatever a crash forgets about them.
/// </summary>
/// <remarks>Reserving is lock-free; everything else happens under a lock on the lease.</remarks>
internal sealed class Lease
{
    /// <summary>Reservations in a lease at most.</summary>
    public const int SlotsMax = 1 << ReservationId.IndexBits;

    /// <summary>Micro-units in a lease at most: with the count of reservations they share one word of 63 bits.</summary>
    public const long MicrosMax = (1L << 48) - 1;

    private const int CountBits = 15;
    private const long Sealed = -1;

    private readonly byte[] _marks; // two bits per reservation: open, settled, released
    private readonly long _lowMicros;
    private readonly int _lowIndex;
    private long _word; // unreserved rest · 2¹⁵ + reservations made, or Sealed; one word, so that both change at one stroke

    public Lease(uint number, long micros, int slots)
    {
        Number = number;
        Micros = micros;
        Slots = slots;
        _marks = new byte[(slots + 3) / 4];
        _lowMicros = micros / 4;
        _lowIndex = slots - slots / 4;
        _word = micros << CountBits;
    }

    public uint Number { get; }

    public int Slots { get; }

    /// <summary>Handed out; once sealed, what was reserved.</summary>
    public long Micros { get; private set; }

    public long SettledMicros { get; private set; }

    public long ReleasedMicros { get; private set; }

    /// <summary>Reservations made; known once it is sealed.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the journal says what was reserved. A lease of an earlier run that does not say so counts as wholly reserved.</summary>
    public bool IsSealed { get; private set; }

    public bool IsClosed { get; set; }

    public bool IsRecovered { get; private set; }

    /// <summary>The reservation that it was opened for, micro-units.</summary>
    public long AskedMicros { get; set; }

    /// <summary>When it was opened, and when it stopped serving requests, on the ledger's clock.</summary>
    public long OpenedMillis { get; set; }

    public long SealedMillis { get; set; }

    public bool IsSpendable => Volatile.Read(ref _word) != Sealed;

    public long RestMicros => Math.Max(0, Volatile.Read(ref _word) >> CountBits) + ReleasedMicros;

    public long ReservedMicros => Micros - RestMicros - SettledMicros;

    public int ReservationsMade => IsSpendable ? (int)(Volatile.Read(ref _word) & (2 * SlotsMax - 1)) : Count;

    public bool IsLow => IsLowAfter(Volatile.Read(ref _word));

    public ReadOnlySpan<byte> Marks => _marks;

    /// <summary>Subtracts micros and takes the next index; −1 where the rest or the places do not suffice.</summary>
    /// <param name="micros">1 to <see cref="MicrosMax"/></param>
    /// <param name="isLow">whether the next lease should be asked for</param>
    public int TryTake(long micros, out bool isLow)
    {
        long word = Volatile.Read(ref _word);
        while (CanTake(word, micros)) // a sealed word has a rest of −1
        {
            long next = word - (micros << CountBits) + 1;
            long seen = Interlocked.CompareExchange(ref _word, next, word);
            if (seen == word)
            {
                isLow = IsLowAfter(next);
                return (int)(word & (2 * SlotsMax - 1));
            }
            word = seen;
        }
        isLow = true;
        return -1;
    }

    public bool CanTake(long micros) => CanTake(Volatile.Read(ref _word), micros);

    /// <summary>Ends reserving: how many reservations were made, and of how much.</summary>
    public (int Count, long Micros) StopSpending()
    {
        long word = Interlocked.Exchange(ref _word, Sealed);
        return ((int)(word & (2 * SlotsMax - 1)), Micros - (word >> CountBits));
    }

    /// <summary>Writes down what <see cref="StopSpending"/> found; returns the rest that is free again.</summary>
    public long Seal(int count, long micros)
    {
        long rest = Micros - micros;
        (_word, Count, Micros, IsSealed) = (Sealed, count, micros, true);
        return rest;
    }

    /// <summary>Turns a lease of an earlier run into one that only takes events.</summary>
    public void Recover(long nowMillis)
    {
        _word = Sealed;
        IsRecovered = true;
        SealedMillis = nowMillis;
    }

    /// <summary>What has become of a reservation: null while it is open.</summary>
    public EventOutcome? OutcomeOf(int index) => (_marks[index >> 2] >> (2 * (index & 3)) & 3) switch
    {
        0 => null,
        var mark => (EventOutcome)mark,
    };

    /// <summary>Settles or releases an open reservation.</summary>
    public void Record(int index, EventOutcome outcome, long micros)
    {
        _marks[index >> 2] |= (byte)((int)outcome << (2 * (index & 3)));
        if (outcome == EventOutcome.Settled) SettledMicros += micros;
        else ReleasedMicros += micros;
    }

    /// <summary>Takes over what a snapshot says.</summary>
    public void Restore(in LedgerRecords.LeaseState state, ReadOnlySpan<byte> marks)
    {
        marks.CopyTo(_marks);
        (SettledMicros, ReleasedMicros) = (state.SettledMicros, state.ReleasedMicros);
        if (state.Sealed != 0) Seal(state.Count, state.Micros);
    }

    private bool CanTake(long word, long micros) => word >> CountBits >= micros && (word & (2 * SlotsMax - 1)) < Slots;

    private bool IsLowAfter(long word) => word >> CountBits < _lowMicros || (word & (2 * SlotsMax - 1)) >= _lowIndex;
}
