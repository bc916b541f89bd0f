using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>The error bound of one query's dot product with the rows of one block of 16.</summary>
internal static class Bound
{
    public const int BlockBytes = 12;

    /// <param name="block">address of the block's scale, error and norm</param>
    /// <param name="lane">the query's factors</param>
    public static float Error(long block, QueryLane lane) =>
        lane.ErrorFactor * Device.Float(block, 1) + lane.NormFactor * Device.Float(block, 2) + lane.Constant;

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
