namespace Rubato.Kernels.Cuda;

/// <summary>How a scan kernel shares out its work: a block scans tiles of rows, one after the other, for the queries of its column of the grid.</summary>
/// <param name="Entry">name of the kernel</param>
/// <param name="TileRows">rows of a tile</param>
/// <param name="TileQueries">queries of a block</param>
/// <param name="BlocksPerMultiprocessor">blocks for each multiprocessor, at most</param>
internal readonly record struct ScanShape(string Entry, int TileRows, int TileQueries, int BlocksPerMultiprocessor)
{
    /// <summary>More blocks than are resident, so that no multiprocessor is idle while another ends: single queries end at different times.</summary>
    private const int Many = 8;

    /// <summary>Blocks in y that a launch may have.</summary>
    private const int PartsMax = 65_535;

    /// <summary>
    /// The kernels. The matrix scan gets the blocks that are resident at once and no more, so that all groups of queries go through the rows
    /// together, and each block begins but once.
    /// </summary>
    public static readonly ScanShape Int8 = new("scan_int8", 256, 1, Many), Int8Matrix = new("scan_int8_matrix", 128, 64, 3),
        Half = new("scan_fp16", 128, 1, Many), Single = new("scan_fp32", 128, 1, Many);

    /// <summary>Blocks of the grid: in x they share the queries, in y the rows.</summary>
    /// <param name="rows">rows of the range, at least 1</param>
    /// <param name="queries">queries, at least 1</param>
    /// <param name="multiprocessors">of the device</param>
    public (int X, int Y) Grid(int rows, int queries, int multiprocessors)
    {
        int groups = (queries + TileQueries - 1) / TileQueries, tiles = (int)(((long)rows + TileRows - 1) / TileRows);
        // Devices start blocks in the order of x, then y (seen everywhere, promised nowhere): those that read the same rows for several queries
        // start together, and the rows come from device memory once, from the second-level cache then.
        return (groups, Math.Clamp(multiprocessors * BlocksPerMultiprocessor / groups, 1, Math.Min(tiles, PartsMax)));
    }
}
