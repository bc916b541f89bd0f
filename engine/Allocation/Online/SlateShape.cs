namespace Rubato;

/// <summary>How often a licensor may stand in a slate.</summary>
/// <param name="licensors">[catalogue rows] licensor ids, 0 = none, which no maximum binds</param>
/// <param name="licensorSlotsMax">most slots for one licensor; 0 = no maximum</param>
internal readonly ref struct SlateShape(ReadOnlySpan<uint> licensors, int licensorSlotsMax)
{
    private readonly ReadOnlySpan<uint> _licensors = licensors;

    /// <summary>Most slots for one licensor; 0 = no maximum.</summary>
    public int LicensorSlotsMax => licensorSlotsMax;

    /// <summary>The licensor that a maximum binds, or 0.</summary>
    public uint LicensorOf(int row) => licensorSlotsMax > 0 ? _licensors[row] : 0;
}
