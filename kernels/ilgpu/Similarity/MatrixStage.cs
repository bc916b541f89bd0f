using ILGPU;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// What the matrix scan holds in shared memory of one step: 64 bytes of each of a tile's rows, then of its queries. There are three stages, one
/// behind the other: a step is multiplied while two are on their way.
/// </summary>
internal static class MatrixStage
{
    public const int TileRows = 128, TileQueries = 64, StepBytes = 64, RowsBytes = TileRows * StepBytes, Bytes = RowsBytes + TileQueries * StepBytes, Count = 3;

    /// <summary>Rows from a block's tile to its next.</summary>
    public static long Stride() => (long)Grid.DimY * TileRows;

    /// <summary>Where 16 bytes of a row lie: chunks change places from row to row, so that eight rows are read from 32 different banks.</summary>
    /// <param name="row">row or query; 16 rows later the chunks lie in the same places</param>
    /// <param name="chunk">0 to 3; bit 1 of it is bit 5 of the place</param>
    public static uint Place(int row, int chunk) => (uint)(row * StepBytes + (chunk ^ (row >> 1 & 3)) * 16);

    /// <summary>How far it is from an address in the rows of a stage to the same place in the next, round and round.</summary>
    /// <param name="at">the address</param>
    /// <param name="stages">address of the first stage</param>
    public static int ToNext(uint at, uint stages) => at < stages + (Count - 1) * Bytes ? Bytes : -(Count - 1) * Bytes;
}
