namespace Rubato;

/// <summary>The secret that signs reservation ids: 56 bits of SipHash-2-4 over place and amount class.</summary>
internal sealed class ReservationKey(ulong first, ulong second)
{
    private const ulong TagMask = (1UL << ReservationId.TagBits) - 1;

    public ReservationId Sign(ulong place, byte amountClass) =>
        new(place, (ulong)amountClass << ReservationId.TagBits | Tag(place, amountClass));

    /// <summary>Whether this key signed the id; takes the same time wherever the checksums differ.</summary>
    public bool Signed(ReservationId id) => (id.Seal & TagMask) == Tag(id.Place, id.AmountClass);

    private ulong Tag(ulong place, byte amountClass) => SipHash.Compute(first, second, place, amountClass) & TagMask;
}
