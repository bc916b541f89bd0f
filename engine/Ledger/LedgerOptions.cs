namespace Rubato;

/// <summary>Every knob of a ledger.</summary>
public sealed record LedgerOptions
{
    /// <summary>
    /// Part of a campaign's free budget in one lease, 1e-6 to 1; 1/64 because a crash holds back the open leases (two at most are
    /// spendable), and a lease costs one synchronisation of the journal.
    /// </summary>
    public double LeaseFraction { get; init; } = 1.0 / 64;

    /// <summary>
    /// Reservations that a lease should at least serve while the budget allows it, 1 to 16,384; 16 keeps the tail of a budget from one
    /// synchronisation each.
    /// </summary>
    public int LeaseReservationsMin { get; init; } = 16;

    /// <summary>Reservations in one lease at most, 1 to 16,384; 4096 makes the bitmap 1 KiB.</summary>
    public int LeaseReservationsMax { get; init; } = 4096;

    /// <summary>Micro-units in one lease at most (a single larger reservation gets a lease of its own), 1 to 2⁴⁸ − 1; a million units.</summary>
    public long LeaseMicrosMax { get; init; } = 1_000_000_000_000;

    /// <summary>Seconds until a lease that serves requests is sealed, 1 to 86,400; 300, because released money waits for its lease to close.</summary>
    public int LeaseSecondsMax { get; init; } = 300;

    /// <summary>
    /// Seconds between a lease's last reservation and its closing, 1 to 604,800: the least time that a reservation lives. The most is
    /// this and <see cref="LeaseSecondsMax"/>. 900 lets a long track end and its event be retried.
    /// </summary>
    public int ReservationSeconds { get; init; } = 900;

    /// <summary>
    /// Leases that one campaign may have open, 2 to 65,536; behind it nothing is reserved until one closes. 1024 serve 4600 reservations
    /// a second.
    /// </summary>
    public int OpenLeasesMax { get; init; } = 1024;

    /// <summary>
    /// What a lease of an earlier run gives back when it closes: false: everything that no event settled; exact as long as events are
    /// acknowledged fsynced, or sent again after a crash. true: nothing, so that not even an event that was acknowledged without
    /// being durable and then forgotten is paid for twice.
    /// </summary>
    public bool ForfeitRecoveredLeases { get; init; }

    /// <summary>Bytes after which the journal continues in a new segment, 4 KiB to 1 GiB.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of journal after which a snapshot replaces it, 4 KiB to 1 TiB; 256 MiB are read again within seconds.</summary>
    public long CompactBytes { get; init; } = 256L << 20;

    /// <summary>Bytes of each of the journal's two buffers, 32 KiB to 64 MiB; whoever finds one full waits for the disk.</summary>
    public int BufferBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Milliseconds between two passes of <see cref="BudgetLedger.Maintain"/>, 1 to 10,000: the age at which an event that nobody waits
    /// for is synchronised.
    /// </summary>
    public int MaintenanceMillis { get; init; } = 50;

    /// <summary>
    /// Whether a thread of the ledger's own calls <see cref="BudgetLedger.Maintain"/>; false for simulations and tests, which call it
    /// themselves.
    /// </summary>
    public bool Background { get; init; } = true;

    /// <summary>Ages leases; may jump: time that goes back is ignored, and no lease is reopened.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public LedgerOptions Validated()
    {
        OptionRange.Check(LeaseFraction, 1e-6, 1, nameof(LeaseFraction));
        OptionRange.Check(LeaseReservationsMin, 1, Lease.SlotsMax, nameof(LeaseReservationsMin));
        OptionRange.Check(LeaseReservationsMax, 1, Lease.SlotsMax, nameof(LeaseReservationsMax));
        OptionRange.Check(LeaseMicrosMax, 1, Lease.MicrosMax, nameof(LeaseMicrosMax));
        OptionRange.Check(LeaseSecondsMax, 1, 86_400, nameof(LeaseSecondsMax));
        OptionRange.Check(ReservationSeconds, 1, 604_800, nameof(ReservationSeconds));
        OptionRange.Check(OpenLeasesMax, 2, 65_536, nameof(OpenLeasesMax));
        OptionRange.Check(SegmentBytes, 4096, 1 << 30, nameof(SegmentBytes));
        OptionRange.Check(CompactBytes, 4096, 1L << 40, nameof(CompactBytes));
        OptionRange.Check(BufferBytes, 32 << 10, 64 << 20, nameof(BufferBytes));
        OptionRange.Check(MaintenanceMillis, 1, 10_000, nameof(MaintenanceMillis));
        return this;
    }

    /// <summary>Micro-units of the next lease of a campaign that has freeMicros left and is asked for micros at once; 0 = it cannot pay them.</summary>
    internal long LeaseMicros(long freeMicros, long micros)
    {
        if (freeMicros < micros) return 0;
        Int128 served = (Int128)micros * LeaseReservationsMin;
        Int128 wanted = Int128.Max((Int128)(freeMicros * LeaseFraction), served);
        Int128 most = Int128.Min(LeaseMicrosMax, (Int128)micros * LeaseReservationsMax);
        return (long)Int128.Max(micros, Int128.Min(freeMicros, Int128.Min(wanted, most)));
    }

    /// <summary>Places of a lease: as many reservations as it can pay, and some more for smaller ones.</summary>
    internal int LeaseSlots(long leaseMicros, long micros) => (int)Math.Min(LeaseReservationsMax, Math.Max(64, leaseMicros / micros));
}
