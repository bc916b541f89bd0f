namespace Rubato.KernelCompiler.Similarity;

/// <summary>A thread's four accumulators of a 16 × 8 tile: X and Z belong to one column, Y and W to the next.</summary>
internal readonly struct MatrixTile(int x, int y, int z, int w)
{
    public readonly int X = x, Y = y, Z = z, W = w;

    /// <summary>Negative if all accumulators are.</summary>
    public int Conjunction => X & Y & Z & W;

    /// <summary>Bits 0 to 3: which accumulators are not negative.</summary>
    public uint Reached => (X >= 0 ? 1u : 0) | (Y >= 0 ? 2u : 0) | (Z >= 0 ? 4u : 0) | (W >= 0 ? 8u : 0);

    /// <summary>Accumulators that start with the same two numbers in both rows, which lie one behind the other in shared memory.</summary>
    public static MatrixTile From(uint address)
    {
        IntPair start = Shared.Pair(address);
        return new MatrixTile(start.X, start.Y, start.X, start.Y);
    }

    public int Pick(int index) => index < 2 ? index == 0 ? X : Y : index == 2 ? Z : W;
}
