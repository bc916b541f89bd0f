using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Scans read the fp32 values themselves.</summary>
internal sealed class DeviceRowsSingle(IDevice device, in ItemMatrix items) : DeviceRows(device, items, ScanFormat.Single)
{
    public override long ScanRows => Values;

    public override long Blocks => 0;
}
