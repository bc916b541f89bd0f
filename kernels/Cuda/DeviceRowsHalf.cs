using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The fp16 copy on a device.</summary>
internal sealed class DeviceRowsHalf : DeviceRows
{
    private readonly DeviceBuffer _halves, _blocks;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceRowsHalf(IDevice device, in ItemMatrix items) : base(device, items, ScanFormat.Half)
    {
        int stride = ScanFormatHalf.Stride(items.Dimension);
        var halves = new Half[(long)items.Rows * stride];
        var blocks = new QuantisedBlock[QuantisedRows.Padded(items.Rows) / QuantisedRows.BlockRows];
        HalfRounder.Round(items.Values, items.Dimension, stride, halves, blocks);
        _halves = DeviceBuffer.Of<Half>(device, halves);
        _blocks = DeviceBuffer.Of<QuantisedBlock>(device, blocks);
        Scale = ScanFormatHalf.LargestScale(blocks);
    }

    public override long ScanRows => _halves.Address;

    public override long Blocks => _blocks.Address;

    public override void Dispose()
    {
        base.Dispose();
        _halves.Dispose();
        _blocks.Dispose();
    }
}
