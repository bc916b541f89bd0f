using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Scans read the fp32 values themselves.</summary>
internal sealed class DeviceRowsSingle(IDevice device, in ItemMatrix items) : DeviceRows(device, items)
{
    public override long ScanRows => Values;

    public override long Blocks => 0;

    public override int RowBytes => 4 * ValueStride;

    public override int QueryBytes => RowBytes;

    public override ScanShape Shape(int queryCount) => ScanShape.Single;

    /// <remarks>A thread sums every eighth quad of products, each with at most two roundings; three shuffles add eight threads.</remarks>
    public override bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        target.Clear();
        MemoryMarshal.AsBytes(query).CopyTo(target);
        var bound = new FloatBound(query, NormMax, depth: 2 * 4 * ((Dimension + 31) / 32) + 3);
        lane.Scale = 1;
        lane.Constant = bound.Error;
        lane.Margin = 1;
        return bound.InRange;
    }
}
