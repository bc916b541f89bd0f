using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A query's bar as the matrix scan compares with it: an integer for each block of 16 rows, from which sums of products start.</summary>
internal readonly struct MatrixBar
{
    private readonly QueryLane _lane;
    private readonly float _bar;
    private readonly bool _used;

    public MatrixBar(ScanParameters p, int query, bool used) =>
        (_lane, _bar, _used) = (Bound.Lane(p.Lanes, query), Device.Float(p.Bars, query), used);

    /// <summary>Below every sum of products, and so far from the end of the integers that a sum can start there: 4,096 × 255 × 127 is an eighth of it.</summary>
    private const int Never = -(1 << 30);

    /// <summary>Minus the sum from which a row of a block may reach the bar: what starts there and is negative at the end has lost. Rounded up, the exact comparison follows.</summary>
    /// <param name="p">range and mode</param>
    /// <param name="row">first row of the block</param>
    /// <param name="bounds">shared address of its scale, error and norm</param>
    public int Start(ScanParameters p, long row, uint bounds)
    {
        float error = _lane.ErrorFactor * Shared.Float(bounds + 4) + _lane.NormFactor * Shared.Float(bounds + 8) + _lane.Constant;
        float least = (_bar - error) / (_lane.Scale * Shared.Float(bounds));
        least -= IntrinsicMath.Abs(least) * 1e-6f + 1; // a few roundings of 2⁻²⁴ each
        int start = _lane.FirstSum - (int)IntrinsicMath.Clamp(least, -8e8f, 8e8f);
        return row >= p.EndRow || !_used ? Never : p.Dense != 0 ? -Never : start;
    }
}
