namespace Rubato.Kernels.Native;

/// <summary>What oracle code is specialised on.</summary>
/// <param name="SlotsMax">most slots of a listener of the slice, 1 to 3</param>
/// <param name="Offsets">whether campaigns have prices per delivery</param>
/// <param name="Margins">whether there are quality floors</param>
internal readonly record struct OracleShape(int SlotsMax, bool Offsets, bool Margins)
{
    /// <summary>Most slots that oracle code is made for.</summary>
    public const int SlotsLimit = 3;

    /// <summary>How many of a listener's largest reduced values stay in registers.</summary>
    public int Kept => SlotsMax == 1 ? 4 : 6;
}
