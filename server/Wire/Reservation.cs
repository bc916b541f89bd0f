using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>What was reserved for one entry of a slate: 16 bytes that an exposure event carries back unchanged.</summary>
/// <param name="Place">first half; opaque</param>
/// <param name="Seal">second half; opaque</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Reservation(ulong Place, ulong Seal)
{
    /// <summary>Whether nothing was reserved, so that no event is due.</summary>
    public bool IsNone => Place == 0 && Seal == 0;
}
