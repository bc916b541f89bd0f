namespace Rubato.Kernels.Cuda;

/// <summary>How a scan kernel shares out its work: a block scans tiles of rows, one after the other, for the queries of its row of the grid.</summary>
/// <param name="Entry">name of the kernel</param>
/// <param name="TileRows">rows of a tile</param>
/// <param name="TileQueries">queries of a block</param>
internal readonly record struct ScanShape(string Entry, int TileRows, int TileQueries)
{
    /// <summary>Blocks for each multiprocessor, at most: more than are resident, so that none is idle while another ends.</summary>
    private const int BlocksPerMultiprocessor = 8;

    /// <summary>The kernels.</summary>
    public static readonly ScanShape Int8 = new("scan_int8", 256, 1), Int8Matrix = new("scan_int8_matrix", 128, 64),
        Half = new("scan_fp16", 128, 1), Single = new("scan_fp32", 128, 1);

    /// <summary>Blocks of the grid: in x they share the rows, in y the queries.</summary>
    /// <param name="rows">rows of the range, at least 1</param>
    /// <param name="queries">queries, at least 1</param>
    /// <param name="multiprocessors">of the device</param>
    public (int X, int Y) Grid(int rows, int queries, int multiprocessors)
    {
        int groups = (queries + TileQueries - 1) / TileQueries, tiles = (int)(((long)rows + TileRows - 1) / TileRows);
        // Blocks that read the same rows for several queries run side by side, so that the rows come from the second-level cache but once.
        return (Math.Clamp(multiprocessors * BlocksPerMultiprocessor / groups, 1, tiles), groups);
    }
}
