using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The int8 copy on a device.</summary>
internal sealed class DeviceRowsInt8 : DeviceRows
{
    private readonly DeviceBuffer _codes, _blocks;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceRowsInt8(IDevice device, in ItemMatrix items) : base(device, items, ScanFormat.Int8)
    {
        _codes = DeviceBuffer.Of(device, items.Quantised.Codes);
        _blocks = DeviceBuffer.Of(device, items.Quantised.Blocks);
        Scale = ScanFormatInt8.SmallestScale(items.Quantised);
    }

    public override long ScanRows => _codes.Address;

    public override long Blocks => _blocks.Address;

    public override void Dispose()
    {
        base.Dispose();
        _codes.Dispose();
        _blocks.Dispose();
    }
}
