using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>The error bound of one query's dot product with the rows of one block of 16.</summary>
internal static class Bound
{
    public const int BlockBytes = 12;

    public static float Scale(long blocks, int row) => blocks == 0 ? 1 : Device.Float(blocks + BlockBytes * (long)(row / 16), 0);

    public static float Error(long blocks, int row, QueryLane lane)
    {
        if (blocks == 0) return lane.Constant;
        long block = blocks + BlockBytes * (long)(row / 16);
        return lane.ErrorFactor * Device.Float(block, 1) + lane.NormFactor * Device.Float(block, 2) + lane.Constant;
    }

    public static QueryLane Lane(long lanes, int query)
    {
        long at = lanes + QueryLane.Bytes * (long)query;
        return new QueryLane
        {
            Scale = Device.Float(at, 0),
            ErrorFactor = Device.Float(at, 1),
            NormFactor = Device.Float(at, 2),
            Constant = Device.Float(at, 3),
            Margin = Device.Float(at, 4),
            FirstSum = Device.Int(at, 5),
        };
    }
}
