using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>What became of one reserved delivery.</summary>
/// <param name="Reservation">as the slate's entry carried it</param>
/// <param name="Track">the track that was streamed</param>
/// <param name="Seconds">for how long, not negative; 0 = not at all</param>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
public readonly record struct Exposure(Reservation Reservation, long Track, float Seconds)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Bytes = 32;
}
