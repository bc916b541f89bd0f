namespace Rubato;

/// <summary>The secret that signs reservation ids: 56 bits of SipHash-2-4 over place, amount class and track.</summary>
internal sealed class ReservationKey(ulong first, ulong second)
{
    private const ulong TagMask = (1UL << ReservationId.TagBits) - 1;

    public ReservationId Sign(ulong place, byte amountClass, long track) =>
        new(place, (ulong)amountClass << ReservationId.TagBits | Tag(place, amountClass, track));

    /// <summary>Whether this key signed the id for the track; takes the same time wherever the checksums differ.</summary>
    public bool Signed(ReservationId id, long track) => (id.Seal & TagMask) == Tag(id.Place, id.AmountClass, track);

    private ulong Tag(ulong place, byte amountClass, long track) => SipHash.Compute(first, second, place, amountClass, (ulong)track) & TagMask;
}
