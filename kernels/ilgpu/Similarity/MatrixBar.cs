using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A query's bar as the matrix scan compares with it: an integer for each block of 16 rows.</summary>
internal readonly struct MatrixBar
{
    private readonly QueryLane _lane;
    private readonly float _bar;
    private readonly bool _used;

    public MatrixBar(ScanParameters p, int query, bool used) =>
        (_lane, _bar, _used) = (Bound.Lane(p.Lanes, query), Device.Float(p.Bars, query), used);

    /// <summary>The sum from which a row of the block may reach the bar; rounded down, the exact comparison follows.</summary>
    public int Threshold(ScanParameters p, long row)
    {
        if (row >= p.EndRow || !_used) return int.MaxValue;
        if (p.Dense != 0) return int.MinValue;
        var block = new RowBounds(p, row);
        float error = _lane.ErrorFactor * block.Error + _lane.NormFactor * block.Norm + _lane.Constant;
        float least = (_bar - error) / (_lane.Scale * block.Scale);
        least -= IntrinsicMath.Abs(least) * 1e-6f + 1; // a few roundings of 2⁻²⁴ each
        return (int)IntrinsicMath.Clamp(least, -1e9f, 1e9f) - _lane.FirstSum;
    }
}
