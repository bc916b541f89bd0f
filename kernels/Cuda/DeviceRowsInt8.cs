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
        _scaleMin = SmallestScale(items.Quantised);
    }

    public override long ScanRows => _codes.Address;

    public override long Blocks => _blocks.Address;

    public override int RowBytes { get; }

    public override int QueryBytes => RowBytes;

    public override ScanShape Shape(int queryCount) => queryCount == 1 ? ScanShape.Int8 : ScanShape.Int8Matrix;

    public override bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        Lane prepared = default;
        bool holds = TryPrepare(new ItemMatrix([], Dimension, NormMax), _scaleMin, query, ref prepared, target);
        lane = Described(prepared);
        return holds;
    }

    /// <summary>The smallest scale of a matrix.</summary>
    public static float SmallestScale(QuantisedRows rows)
    {
        float smallest = float.PositiveInfinity;
        foreach (QuantisedBlock block in rows.Blocks) smallest = Math.Min(smallest, block.Scale);
        return smallest;
    }

    /// <summary>Fills a lane and its codes.</summary>
    /// <returns>false where the bound does not hold in a device's arithmetic</returns>
    public static bool TryPrepare(in ItemMatrix items, float scaleMin, ReadOnlySpan<float> query, ref Lane lane, Span<byte> target) =>
        Int8Arithmetic.Instance.Prepare(items, query, ref lane, target) && Norm(query) * items.NormMax < MagnitudeMax && lane.Scale * scaleMin >= ScaleMin;

    /// <summary>A lane as the kernels read it.</summary>
    public static QueryLane Described(in Lane lane) => new()
    {
        Scale = lane.Scale,
        ErrorFactor = lane.ErrorFactor,
        NormFactor = lane.NormFactor,
        Constant = lane.Constant,
        Margin = lane.Margin,
        FirstSum = lane.FirstSum,
    };

    public override void Dispose()
    {
        base.Dispose();
        _codes.Dispose();
        _blocks.Dispose();
    }
}
