namespace Rubato.KernelCompiler.Similarity;

/// <summary>A thread's four accumulators of a 16 × 8 tile.</summary>
internal readonly struct MatrixTile(int x, int y, int z, int w)
{
    public readonly int X = x, Y = y, Z = z, W = w;

    public int Pick(int index) => index < 2 ? index == 0 ? X : Y : index == 2 ? Z : W;

    /// <summary>Bits 0 to 3: which accumulators reach their thresholds; X and Z belong to one column, Y and W to the next.</summary>
    public uint Reached(int even, int odd) => (X >= even ? 1u : 0) | (Y >= odd ? 2u : 0) | (Z >= even ? 4u : 0) | (W >= odd ? 8u : 0);
}
