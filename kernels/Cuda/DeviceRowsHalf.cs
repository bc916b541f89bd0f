using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Rows as halves with a power of two as scale for each block of 16: twice the bytes of int8, bounds 100 times tighter.</summary>
internal sealed class DeviceRowsHalf : DeviceRows
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>Roundings outside the dot product: those of FloatBound, and the products with scale and factors.</summary>
    private const int OtherRoundings = 16;

    private readonly DeviceBuffer _halves, _blocks;
    private readonly double _scaleMax;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceRowsHalf(IDevice device, in ItemMatrix items) : base(device, items)
    {
        int stride = (items.Dimension + 7) / 8 * 8;
        RowBytes = 2 * stride;
        var halves = new Half[(long)items.Rows * stride];
        var blocks = new QuantisedBlock[QuantisedRows.Padded(items.Rows) / QuantisedRows.BlockRows];
        HalfRounder.Round(items.Values, items.Dimension, stride, halves, blocks);
        _halves = DeviceBuffer.Of<Half>(device, halves);
        _blocks = DeviceBuffer.Of<QuantisedBlock>(device, blocks);
        foreach (QuantisedBlock block in blocks) _scaleMax = Math.Max(_scaleMax, block.Scale);
    }

    public override long ScanRows => _halves.Address;

    public override long Blocks => _blocks.Address;

    public override int RowBytes { get; }

    public override int QueryBytes => 2 * RowBytes;

    public override ScanShape Shape(int queryCount) => ScanShape.Half;

    /// <remarks>
    /// x = s·h + e: |s·fl(q·h) − q·x| ≤ γ·‖q‖·‖s·h‖ + ‖q‖·‖e‖ with ‖s·h‖ ≤ ‖x‖ + ‖e‖. A thread sums every eighth group of eight products,
    /// each with at most two roundings; three shuffles add eight threads.
    /// </remarks>
    public override bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        target.Clear();
        MemoryMarshal.AsBytes(query).CopyTo(target);
        double norm = Norm(query), roundings = 1.01 * (2 * 8 * ((Dimension + 63) / 64) + 3 + OtherRoundings) * UnitRoundoff;
        lane.Scale = 1;
        lane.ErrorFactor = Quantiser.RoundUp(norm * (1 + roundings));
        lane.NormFactor = Quantiser.RoundUp(norm * roundings);
        lane.Constant = Quantiser.RoundUp(2.0 * (Dimension + 1) * float.Epsilon * Math.Max(1, _scaleMax));
        lane.Margin = 1;
        return norm * NormMax < MagnitudeMax && norm * 65504 < MagnitudeMax;
    }

    public override void Dispose()
    {
        base.Dispose();
        _halves.Dispose();
        _blocks.Dispose();
    }
}
