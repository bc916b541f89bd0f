using System.Runtime.InteropServices;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Reservation ids in the words of the wire: the same 16 bytes.</summary>
internal static class WireReservations
{
    public static ReadOnlySpan<Reservation> ToWire(ReadOnlySpan<ReservationId> ids) => MemoryMarshal.Cast<ReservationId, Reservation>(ids);

    public static ReservationId ToEngine(Reservation reservation) => ReservationId.Read(MemoryMarshal.AsBytes(new ReadOnlySpan<Reservation>(in reservation)));
}
