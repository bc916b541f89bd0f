using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A row and what its block of 16 says of it. A row past the range becomes the one behind its end, with the bounds of the last.</summary>
internal readonly struct RowBounds
{
    public readonly int Row;

    public readonly float Scale, Error, Norm;

    public RowBounds(ScanParameters p, long row)
    {
        Row = (int)IntrinsicMath.Min(row, p.EndRow);
        long block = p.Blocks + Bound.BlockBytes * (long)(IntrinsicMath.Min(Row, p.EndRow - 1) / 16);
        (Scale, Error, Norm) = (Device.Float(block, 0), Device.Float(block, 1), Device.Float(block, 2));
    }

    /// <summary>A row of a scan without blocks.</summary>
    public static RowBounds Without(ScanParameters p, long row) => new((int)IntrinsicMath.Min(row, p.EndRow));

    private RowBounds(int row) => (Row, Scale, Error, Norm) = (row, 1, 0, 0);
}
