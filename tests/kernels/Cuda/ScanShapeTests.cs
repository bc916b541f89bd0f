using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>Grids of the scans: queries in x, parts of the rows in y.</summary>
public sealed class ScanShapeTests
{
    private const int Rows = 10_000_000, Multiprocessors = 132; // of an H200

    /// <summary>Blocks start in the order of x: what reads the same rows is resident together.</summary>
    [Fact]
    public void QueriesOfTheSameRowsAreNeighbours()
    {
        Assert.Equal((4, 99), ScanShape.Int8Matrix.Grid(Rows, 256, Multiprocessors));
        Assert.Equal((2, 198), ScanShape.Int8Matrix.Grid(Rows, 65, Multiprocessors));
        Assert.Equal((1, 396), ScanShape.Int8Matrix.Grid(Rows, 64, Multiprocessors));
        Assert.Equal((7, 150), ScanShape.Int8.Grid(Rows, 7, Multiprocessors));
        Assert.Equal((1, 1056), ScanShape.Half.Grid(Rows, 1, Multiprocessors));
    }

    [Fact]
    public void EveryBlockHasRowsAndALaunchHasRoomForTheBlocks()
    {
        foreach (ScanShape shape in (ScanShape[])[ScanShape.Int8, ScanShape.Int8Matrix, ScanShape.Half, ScanShape.Single])
        {
            Assert.Equal((1, 1), shape.Grid(1, 1, Multiprocessors));
            Assert.Equal(2, shape.Grid(shape.TileRows + 1, 1, Multiprocessors).Y);
            Assert.Equal((1, 65_535), shape.Grid(int.MaxValue, 1, multiprocessors: 100_000)); // no device has as many
            Assert.Equal(((100_000 + shape.TileQueries - 1) / shape.TileQueries, 1), shape.Grid(Rows, 100_000, multiprocessors: 1));
        }
    }
}
