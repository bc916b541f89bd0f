using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A query's bar as the matrix scan compares with it: an integer for each block of 16 rows, from which sums of products start.</summary>
internal readonly struct MatrixBar
{
    /// <summary>Beyond every sum of products (4,096 × 255 × 127 is a sixth of it), and so far from the end of the integers that a sum can start there.</summary>
    private const float Beyond = 8e8f;

    private readonly QueryLane _lane;
    private readonly float _bar;

    /// <param name="p">queries and mode: where it is dense, every row reaches the bar</param>
    /// <param name="query">past the last, no row reaches the bar</param>
    public MatrixBar(ScanParameters p, int query)
    {
        int real = IntrinsicMath.Min(query, p.QueryCount - 1);
        float bar = Device.Float(p.Bars, real);
        _lane = Bound.Lane(p.Lanes, real);
        _bar = query != real ? float.PositiveInfinity : p.Dense != 0 ? float.NegativeInfinity : bar;
    }

    /// <summary>Minus the sum from which a row of a block may reach the bar: what starts there and is negative at the end has lost. Rounded up, the exact comparison follows.</summary>
    /// <param name="bounds">shared address of the block's scale, error and norm; for rows past the range they may be anything</param>
    public int Start(uint bounds)
    {
        float error = _lane.ErrorFactor * Shared.Float(bounds + 4) + _lane.NormFactor * Shared.Float(bounds + 8) + _lane.Constant;
        // Off by two units in the last place at most, for divisors of 2⁻¹²⁶ to 2¹²⁶; scales of a query that comes here lie well within.
        CudaAsm.Emit("div.approx.f32 %0, %1, %2;", out float quotient, _bar - error, _lane.Scale * Shared.Float(bounds));
        float least = IntrinsicMath.Min(IntrinsicMath.Max(quotient, -Beyond), Beyond); // in this order, what is no number keeps every row
        least -= IntrinsicMath.Abs(least) * 1e-6f + 1; // 2⁻²² for the quotient, and a few roundings of 2⁻²⁴ each
        return _lane.FirstSum - (int)least;
    }
}
