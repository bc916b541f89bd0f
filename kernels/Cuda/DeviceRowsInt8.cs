using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The int8 copy on a device; bounds as on the CPU.</summary>
internal sealed class DeviceRowsInt8 : DeviceRows
{
    /// <summary>Smallest product of two scales: thresholds are divided by it in fp32.</summary>
    private const float ScaleMin = 1e-30f;

    private readonly DeviceBuffer _codes, _blocks;
    private readonly float _scaleMin;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceRowsInt8(IDevice device, in ItemMatrix items) : base(device, items)
    {
        _codes = DeviceBuffer.Of(device, items.Quantised.Codes);
        _blocks = DeviceBuffer.Of(device, items.Quantised.Blocks);
        RowBytes = items.Quantised.PaddedDimension;
        _scaleMin = float.PositiveInfinity;
        foreach (QuantisedBlock block in items.Quantised.Blocks) _scaleMin = Math.Min(_scaleMin, block.Scale);
    }

    public override long ScanRows => _codes.Address;

    public override long Blocks => _blocks.Address;

    public override int RowBytes { get; }

    public override int QueryBytes => RowBytes;

    public override string ScanEntry(int queryCount) => queryCount == 1 ? "scan_int8" : "scan_int8_matrix";

    public override bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        Lane prepared = default;
        bool holds = Int8Arithmetic.Instance.Prepare(new ItemMatrix([], Dimension, NormMax), query, ref prepared, target);
        lane.Scale = prepared.Scale;
        lane.ErrorFactor = prepared.ErrorFactor;
        lane.NormFactor = prepared.NormFactor;
        lane.Constant = prepared.Constant;
        lane.Margin = prepared.Margin;
        lane.FirstSum = prepared.FirstSum;
        return holds && Norm(query) * NormMax < MagnitudeMax && prepared.Scale * _scaleMin >= ScaleMin;
    }

    public override void Dispose()
    {
        base.Dispose();
        _codes.Dispose();
        _blocks.Dispose();
    }
}
