using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// What the matrix scan holds of rows and queries in shared memory, in steps of 64 bytes of the dimension. Of rows there are three stages: one
/// is multiplied while two are on their way. Of queries there are four: all that there are up to 256 bytes, which then stay; beyond, the same
/// as of rows, and one to spare.
/// </summary>
internal static class MatrixStage
{
    public const int TileRows = 128, TileQueries = 64, StepBytes = 64, Bytes = RowStages * RowsBytes + QueryStages * QueriesBytes;

    private const int RowStages = 3, RowsBytes = TileRows * StepBytes, QueryStages = 4, QueriesBytes = TileQueries * StepBytes;

    /// <summary>Steps that are copied ahead.</summary>
    public const int StepsAhead = RowStages - 1;

    /// <summary>Rows from a block's tile to its next. Unsigned, the first row of the tile behind the last does not wrap around.</summary>
    public static uint Stride() => (uint)(Grid.DimY * TileRows);

    /// <summary>Whether the queries of a block stay in shared memory.</summary>
    public static bool QueriesStay(ScanParameters p) => p.RowBytes <= QueryStages * StepBytes;

    /// <summary>The first stage of queries.</summary>
    public static uint Queries(uint stages) => stages + RowStages * RowsBytes;

    /// <summary>The end of the last stage of queries that is used.</summary>
    public static uint QueriesEnd(ScanParameters p, uint stages) => Queries(stages) + (uint)IntrinsicMath.Min((int)p.RowBytes, QueryStages * StepBytes) * TileQueries;

    /// <summary>Where 16 bytes of a row lie in a stage: chunks change places from row to row, so that eight rows are read from 32 different banks.</summary>
    /// <param name="row">row or query; 16 rows later the chunks lie in the same places</param>
    /// <param name="chunk">0 to 3; bit 1 of it is bit 5 of the place</param>
    public static uint Place(int row, int chunk) => (uint)(row * StepBytes + (chunk ^ (row >> 1 & 3)) * 16);

    /// <summary>From an address in a stage of rows to the same place in the next, round and round.</summary>
    public static uint NextRows(uint at, uint stages)
    {
        uint next = at + RowsBytes;
        return next < Queries(stages) ? next : next - RowStages * RowsBytes;
    }

    /// <summary>From an address in a stage of queries to the same place in the next, round and round.</summary>
    public static uint NextQueries(uint at, uint stages, uint queriesEnd)
    {
        uint next = at + QueriesBytes;
        return next < queriesEnd ? next : next - (queriesEnd - Queries(stages));
    }
}
