using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Native;

/// <summary>What panel code is specialised on.</summary>
/// <param name="Codes">int8 codes rather than fp32 values</param>
/// <param name="Tiles">tile products rather than vectors</param>
/// <param name="RowBytes">bytes from row to row</param>
/// <param name="Halves">groups of 16 lanes: 1 or 2; 0 for a single query in plain layout</param>
/// <param name="AheadShare">how many groups of queries share the prefetching of the next panel; 0 where others do it</param>
internal readonly record struct PanelShape(bool Codes, bool Tiles, int RowBytes, int Halves, int AheadShare)
{
    /// <summary>Bytes of one query in plain layout.</summary>
    public int QueryBytes => (RowBytes + 63) / 64 * 64;

    /// <summary>Bytes of the next panel that this code asks for while it works on one.</summary>
    public int AheadBytes => PanelSize.Rows(RowBytes) * RowBytes / AheadShare;
}
