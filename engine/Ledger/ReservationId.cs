using System.Buffers.Binary;

namespace Rubato;

/// <summary>
/// A reservation that describes itself in 128 bits, so that nothing about it need be stored: account (20 bits), lease (30), index in the
/// lease (14), amount class (8), and a checksum (56) that is keyed and covers the track delivered too. Opaque to whoever carries it to an exposure event and back.
/// </summary>
public readonly record struct ReservationId
{
    /// <summary>Bytes of the wire form.</summary>
    public const int Bytes = 16;

    internal const int AccountBits = 20, LeaseBits = 30, IndexBits = 14, TagBits = 56;

    internal ReservationId(ulong place, ulong seal)
    {
        Place = place;
        Seal = seal;
    }

    /// <summary>account · 2⁴⁴ + lease · 2¹⁴ + index.</summary>
    internal ulong Place { get; }

    /// <summary>amount class · 2⁵⁶ + checksum.</summary>
    internal ulong Seal { get; }

    internal int Account => (int)(Place >> (LeaseBits + IndexBits));

    internal uint Lease => LeaseOf(Place);

    internal int Index => IndexOf(Place);

    internal byte AmountClass => (byte)(Seal >> TagBits);

    internal static ulong PlaceOf(int account, uint lease, int index) =>
        (ulong)account << (LeaseBits + IndexBits) | (ulong)lease << IndexBits | (uint)index;

    internal static uint LeaseOf(ulong place) => (uint)(place >> IndexBits) & ((1u << LeaseBits) - 1);

    internal static int IndexOf(ulong place) => (int)place & ((1 << IndexBits) - 1);

    /// <summary>Writes the 16 bytes: place u64, seal u64, little-endian.</summary>
    /// <exception cref="ArgumentOutOfRangeException">bytes is shorter than 16.</exception>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[..Bytes], Place);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Seal);
    }

    /// <summary>Reads 16 bytes; whether they are a reservation is for the ledger to say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">bytes is shorter than 16.</exception>
    public static ReservationId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[..Bytes]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <summary>32 hexadecimal digits, for logs.</summary>
    public override string ToString() => $"{Place:x16}{Seal:x16}";
}
